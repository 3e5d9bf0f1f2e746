//! Every operation that the mock serves has a case.

use cordial_mock::routes::{self, Router};
use http::Method;
use libtest_mimic::{Failed, Trial};

use crate::case::Case;

pub(crate) fn trial(cases: &[Case]) -> Trial {
    let called: Vec<(String, String)> =
        cases.iter().map(|case| (case.request.method.clone(), case.request.path_only().to_owned())).collect();
    Trial::test("coverage::every-served-operation-has-a-case", move || has_a_case(&called))
}

fn has_a_case(called: &[(String, String)]) -> Result<(), Failed> {
    let router = Router::new()?;
    let mut covered = Vec::new();
    for (method, path) in called {
        let found = router.find(&Method::from_bytes(method.as_bytes())?, path);
        covered.extend(found.map(|found| (found.route.method, found.route.path)));
    }
    let missing: Vec<String> = routes::all()
        .filter(|route| route.handler.is_some() && !covered.contains(&(route.method, route.path)))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("without a case: {}", missing.join(", ")).into()) }
}
