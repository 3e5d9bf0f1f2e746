//! Work that Cordial does after it has answered: `/jobs`. When a job of an account is done is a setting of it, so that
//! a client's waiting can be tried without waiting.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::account::State;
use crate::contacts::{self, MergeOptions};
use crate::dates;
use crate::hints;
use crate::imports::ContactImport;
use crate::message::Reply;
use crate::query::{self, Page, TimeRange};
use crate::refusal::Refusal;
use crate::routes::Call;
use crate::world::{IdStamp, ObjectId};

/// The most jobs of a page with `include=statistic` (official).
const MAX_WITH_STATISTIC: usize = 25;

/// When the account's jobs are done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Timing {
    /// Before the request that starts them is answered.
    #[default]
    Immediate,
    /// When the job has been read so many times; until then it is on its way.
    AfterReads(u32),
    /// So many seconds later, by the account's clock.
    AfterSeconds(u32),
}

/// What there is to do.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// Two contacts become one.
    Merge { source: ObjectId, destination: ObjectId, options: MergeOptions },
    /// Contacts from a file.
    Import(Box<ContactImport>),
}

/// How many records of a job came to what (official).
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    pub(crate) total_records: usize,
    pub(crate) inserted: usize,
    pub(crate) updated: usize,
    pub(crate) rejected: usize,
    pub(crate) error: usize,
    pub(crate) ignored: usize,
}

/// A job of the account.
#[derive(Debug, Clone)]
pub struct Job {
    id: ObjectId,
    name: &'static str,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// How often it has to be read before it is done.
    reads_left: u32,
    due: Timestamp,
    /// What is left to do; nothing once it is done.
    work: Option<Work>,
    failed: bool,
    counts: Counts,
    import_name: Option<String>,
}

/// Starts a job, and does it at once where the account says so.
pub(crate) fn start(name: &'static str, work: Work, call: &Call, state: &mut State) -> ObjectId {
    let id = state.fresh_id(call.ids, call.now);
    let (reads_left, wait) = match state.settings.jobs {
        Timing::Immediate => (0, 0),
        Timing::AfterReads(reads) => (reads, 0),
        Timing::AfterSeconds(seconds) => (0, seconds),
    };
    let due = call.now.checked_add(SignedDuration::from_secs(i64::from(wait))).unwrap_or(Timestamp::MAX);
    let import_name = match &work {
        Work::Import(import) => import.name.clone(),
        Work::Merge { .. } => None,
    };
    state.jobs.insert(
        id,
        Job {
            id,
            name,
            started_at: call.now,
            ended_at: None,
            reads_left,
            due,
            work: Some(work),
            failed: false,
            counts: Counts::default(),
            import_name,
        },
    );
    state.run_due_jobs(call.ids, call.now);
    id
}

impl State {
    /// Does what is due by now.
    pub(crate) fn run_due_jobs(&mut self, ids: IdStamp, now: Timestamp) {
        let is_due = |job: &Job| job.work.is_some() && job.reads_left == 0 && job.due <= now;
        let due: Vec<Job> = self.jobs.values().filter(|job| is_due(job)).cloned().collect();
        for mut job in due {
            let Some(work) = job.work.take() else { continue };
            let outcome = work.carry_out(self, ids, now);
            job.failed = outcome.is_none();
            job.counts = outcome.unwrap_or_default();
            job.ended_at = Some(now);
            self.jobs.insert(job.id, job);
        }
    }
}

impl Work {
    /// What came of it; `None` when it failed.
    fn carry_out(self, state: &mut State, ids: IdStamp, now: Timestamp) -> Option<Counts> {
        match self {
            Self::Merge { source, destination, options } => state
                .merge_contacts(source, destination, options, now)
                .then_some(Counts { total_records: 1, updated: 1, ..Counts::default() }),
            Self::Import(import) => Some(import.carry_out(state, ids, now)),
        }
    }
}

impl Job {
    fn status(&self) -> &'static str {
        match (&self.work, self.failed) {
            (Some(_), _) => "Processing",
            (None, true) => "Failed",
            (None, false) => "Done",
        }
    }

    fn render(&self) -> Value {
        let done = self.work.is_none();
        let mut body = json!({
            "_id": self.id.to_string(),
            "status": self.status(),
            "jobName": self.name,
            "totalItems": self.counts.total_records,
            "completedItems": if done { self.counts.total_records } else { 0 },
            "times": { "start": dates::format(self.started_at) },
            "result": self.counts,
        });
        if let Some(end) = self.ended_at {
            body["times"]["end"] = json!(dates::format(end));
        }
        if let Some(name) = &self.import_name {
            body["metadata"] = json!({ "importName": name });
        }
        body
    }
}

/// `GET /jobs/{id}`. Reading is what brings a job on whose account counts reads.
///
/// # Errors
/// 404 for an unknown job, 422 for an unknown `include`.
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    wants_statistic(call)?;
    let id = contacts::decode(call.param("id"))?.parse::<ObjectId>().ok();
    let mut job = id.and_then(|id| state.jobs.get(&id)).cloned().ok_or_else(|| {
        let known = state.jobs.keys().rev().map(ObjectId::to_string);
        Refusal::record_not_found()
            .because(format!("no job has the id `{}`", call.param("id")))
            .hint(hints::encoded_name("job", call.param("id"), known))
    })?;
    if job.reads_left > 0 {
        job.reads_left -= 1;
        state.jobs.insert(job.id, job.clone());
        state.run_due_jobs(call.ids, call.now);
    }
    let job = state.jobs.get(&job.id).unwrap_or(&job);
    let body = job.render();
    let Value::Object(body) = body else { return Err(Refusal::record_not_found()) };
    Ok(Reply::ok(&Value::Object(query::select(body, &call.query))))
}

/// `GET /jobs`: the newest first (inferred).
///
/// # Errors
/// 404 for none, 422 `Time value is incorrect`, 400 for a page with statistic that is too long (official).
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let page = Page::read(&call.query)?;
    if wants_statistic(call)? && page.size() > MAX_WITH_STATISTIC {
        return Err(Refusal::not_found(
            "JOBS_STATISTIC_PER_PAGE_EXCEEDED",
            "When include=statistic is requested, per_page must not exceed 25.",
        )
        .with_status(StatusCode::BAD_REQUEST));
    }
    let zone = state.settings.timezone.zone();
    let started = TimeRange::read(&call.query, "times[start]", zone)?;
    let ended = TimeRange::read(&call.query, "times[end]", zone)?;
    let is = |key: &str, value: &str| call.query.get(key).is_none_or(|wanted| wanted == value);
    let matching: Vec<&Job> = state
        .jobs
        .values()
        .rev()
        .filter(|job| is("jobName", job.name) && is("status", job.status()))
        .filter(|job| started.contains(job.started_at))
        .filter(|job| ended.is_empty() || job.ended_at.is_some_and(|at| ended.contains(at)))
        .collect();
    if matching.is_empty() {
        return Err(Refusal::record_not_found().because("no job matches the filters"));
    }
    let body: Value = page.of(&matching).iter().map(|job| job.render()).collect();
    Ok(Reply::ok(&body))
}

/// Whether `include=statistic` is asked for. It adds something to jobs of data automations alone (official), and the
/// mock has none of those.
fn wants_statistic(call: &Call) -> Result<bool, Refusal> {
    if let Some(other) = call.query.all("include").find(|wanted| *wanted != "statistic") {
        return Err(Refusal::message("The selected include is invalid.")
            .because(format!("`{other}`: statistic is the only one")));
    }
    Ok(call.query.all("include").next().is_some())
}
