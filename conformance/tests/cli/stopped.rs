//! Ctrl-C and SIGTERM: no verdict, and nothing that goes on in the background.

use std::process::{Command, Stdio};

use super::desk::{Desk, assert_says, page_call};

/// Answers its greeting, and hangs from then on with a child of its own.
const HANGING: &str = r#"read -r line
echo '{"id":1,"protocol":1,"destination":{"name":"hanging"},"dialect":"classic","capabilities":["page"]}'
read -r line
sleep 600 &
echo $! > pid.partial
mv pid.partial pid
wait
"#;

/// Whether there is such a process, and not only what is left of it until its parent has looked.
fn is_running(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|status| !status.contains("State:\tZ"))
}

#[test]
fn whoever_stops_a_run_is_told_so_and_no_process_of_the_destination_stays() {
    for (signal, code, said) in [("INT", 130, "stopped by Ctrl-C"), ("TERM", 143, "stopped by SIGTERM")] {
        let desk = Desk::new();
        desk.write("hanging.sh", HANGING);
        desk.write("s/page/seen.yaml", &page_call("page.seen", "https://shop.example/1"));
        let arguments = ["--scenarios", "s", "--command", "sh hanging.sh", "--report", "json=r.json"];
        let mut run = desk.command(&arguments);
        let mut run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while !desk.path("pid").exists() {
            assert!(run.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::yield_now();
        }
        let sent = Command::new("kill").args([format!("-{signal}"), run.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert_says(&String::from_utf8_lossy(&output.stderr), &[said, "no verdict"]);
        assert!(!desk.path("r.json").exists());
        let pid = desk.read("pid");
        while is_running(pid.trim()) {
            std::thread::yield_now();
        }
    }
}
