//! The suite never writes to an account that was not offered to it, and leaves none changed: these are its own tests.

use cordial_mock::MockCordial;
use libtest_mimic::{Failed, Trial};

use crate::case::Case;
use crate::target::{Foreign, Reach, Target};
use crate::{Numbered, RUNTIME, play};

pub(crate) fn trials(cases: &[Case], numbered: &[Numbered]) -> Vec<Trial> {
    let (cases, numbered) = (cases.to_vec(), numbered.to_vec());
    vec![
        Trial::test("target::the-real-hosts-are-known", the_real_hosts_are_known),
        Trial::test("target::an-address-needs-a-key", an_address_needs_a_key),
        Trial::test("target::a-production-host-is-refused", move || a_production_host_is_refused(&cases)),
        Trial::test("target::an-account-is-left-as-it-was", move || an_account_is_left_as_it_was(&numbered)),
    ]
}

fn foreign(url: &str) -> Result<Foreign, Failed> {
    let variable = |name: &str| match name {
        "CORDIAL_CONTRACT_URL" => Some(url.to_owned()),
        "CORDIAL_CONTRACT_KEY" => Some("key".to_owned()),
        _ => None,
    };
    Ok(Foreign::from_environment(variable, "t".to_owned())?.ok_or("no target")?)
}

fn the_real_hosts_are_known() -> Result<(), Failed> {
    for (url, reach) in [
        ("https://api.cordial.io", Reach::Production),
        ("https://API.Cordial.IO./", Reach::Production),
        ("https://somebody@api.usw2.cordial.io:443", Reach::Production),
        ("https://integrations-ingest-svc.usw1.cordial.com", Reach::Production),
        ("https://cordial.com", Reach::Production),
        ("https://notcordial.com", Reach::Remote),
        ("http://10.0.0.1:12673", Reach::Remote),
        ("http://127.0.0.1:12673", Reach::Local),
        ("http://[::1]:12673", Reach::Local),
        ("http://localhost:12673", Reach::Local),
    ] {
        let found = foreign(url)?.reach();
        if found != reach {
            return Err(format!("{url} was taken for {found:?}").into());
        }
    }
    Ok(())
}

fn an_address_needs_a_key() -> Result<(), Failed> {
    let only_url = |name: &str| (name == "CORDIAL_CONTRACT_URL").then(|| "http://localhost:1".to_owned());
    match Foreign::from_environment(only_url, String::new()) {
        Err(problem) if problem.contains("CORDIAL_CONTRACT_KEY") => Ok(()),
        other => Err(format!("it was taken: {other:?}").into()),
    }
}

fn a_production_host_is_refused(cases: &[Case]) -> Result<(), Failed> {
    let target = foreign("https://api.cordial.io")?;
    let refusal = target.check_consent(|_| None, cases.iter()).err().ok_or("it was not refused")?;
    let says_what = ["POST /v2/contacts\n", "DELETE /v2/contacts/<what was created>"];
    if let Some(missing) = says_what.iter().find(|write| !refusal.contains(**write)) {
        return Err(format!("the refusal does not say {missing}: {refusal}").into());
    }
    if refusal.contains("/api/") || refusal.contains("/__admin/") {
        return Err(format!("the refusal names what would not be sent there: {refusal}").into());
    }
    let nearly = |_: &str| Some("yes".to_owned());
    target.check_consent(nearly, cases.iter()).err().ok_or("it takes any consent")?;
    let consent = |_: &str| Some("I-accept-that-this-writes-contacts-to-this-account".to_owned());
    target.check_consent(consent, cases.iter())?;
    foreign("http://127.0.0.1:1")?.check_consent(|_| None, cases.iter())?;
    Ok(())
}

/// All cases on one account of a mock that is treated as a service somewhere else.
fn an_account_is_left_as_it_was(cases: &[Numbered]) -> Result<(), Failed> {
    let mock = RUNTIME.block_on(MockCordial::builder().start())?;
    let target = Target::Foreign(foreign(mock.url())?);
    let ready = cases.iter().filter(|one| one.pending.is_none() && target.takes(&one.case));
    for one in ready {
        RUNTIME.block_on(play::judge(&target, &one.case, one.number))?;
    }
    let (found, untouched) = (mock.account("key")?.state(), mock.account("untouched")?.state());
    if found == untouched { Ok(()) } else { Err(format!("it was left so: {found}").into()) }
}
