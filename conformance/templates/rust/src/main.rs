//! The adapter lets destination.rs be judged, which is where your own code goes.
//! One JSON object per line comes in on stdin, one goes out on stdout; print everything else to stderr.

mod destination;

use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{json, Value};

/// The settings by instance.
type Instances = Mutex<HashMap<String, Arc<Value>>>;

fn answer(request: &Value, instances: &Instances) -> Value {
    let mut instances = instances.lock().unwrap_or_else(PoisonError::into_inner);
    let instance = request["instance"].as_str().unwrap_or_default();
    let mut reply = match request["op"].as_str() {
        Some("hello") => json!({
            "protocol": 1,
            "destination": {"name": "my-destination", "version": "1", "language": "rust"},
            "dialect": "actions",
            "capabilities": ["identify", "group", "track", "page"],
            "retry": "classify",
        }),
        Some("open") => {
            instances.insert(instance.to_owned(), Arc::new(request["settings"].clone()));
            json!({})
        }
        Some("deliver") => {
            let settings = instances.get(instance).cloned().unwrap_or_default();
            drop(instances); // others need not wait for Cordial
            let events = request["events"].as_array().map_or(&[][..], Vec::as_slice);
            let results = events.iter().map(|event| destination::deliver(event, &settings));
            json!({ "results": results.collect::<Vec<_>>() })
        }
        _ => json!({}), // drain, close and bye: nothing is pending once `deliver` has returned
    };
    reply["id"] = request["id"].clone();
    reply
}

fn main() -> io::Result<()> {
    let instances = Instances::default();
    thread::scope(|scope| {
        for line in io::stdin().lock().lines() {
            let request: Value = serde_json::from_str(&line?)?;
            let (last, instances) = (request["op"] == "bye", &instances);
            // One write for each reply: they must not mix.
            scope.spawn(move || writeln!(io::stdout(), "{}", answer(&request, instances)));
            if last {
                break;
            }
        }
        Ok(())
    })
}
