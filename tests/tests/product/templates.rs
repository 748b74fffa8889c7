//! What `sdk-cli` writes compiles and runs as it is, without a warning.
//!
//! The applications share one target folder with those of the README, so that
//! the SDK and what it depends on is compiled once. Each has its own name, for
//! the programs lie side by side there.

use std::{fs, path::PathBuf, process::Command};

use product_tests::{Finished, Session, workspace_root};

/// The commands that make a whole application, in their order.
const GUIDE: [&str; 7] = [
    "new module stock",
    "new table stock Item name:String sku:String price:i64 --unique sku --index name",
    "new migration stock",
    "new seed stock item",
    "new job stock restock --schedule \"0 3 * * *\"",
    "new translation stock de",
    "check",
];

/// A new application, and a terminal in its folder.
struct NewApp {
    session: Session,
    name: &'static str,
}

impl NewApp {
    /// Writes the application `name`, which uses the SDK that `source` names.
    fn new(name: &'static str, source: &str) -> Self {
        let session = Session::new(&["sdk-cli"]);
        let line = format!("sdk-cli new app {name} {source}");
        session.run(&line).success();
        let app = Self { session, name };
        // What is locked here has been fetched: the build needs no network.
        fs::copy(workspace_root().join("Cargo.lock"), app.file("Cargo.lock")).expect("a lock file");
        app
    }

    fn by_path(name: &'static str) -> Self {
        Self::new(name, &format!("--sdk-path {}", workspace_root().display()))
    }

    fn file(&self, file: &str) -> PathBuf {
        self.session.path().join(self.name).join(file)
    }

    fn edit(&self, file: &str, edit: impl FnOnce(String) -> String) {
        let text = fs::read_to_string(self.file(file)).expect("readable");
        fs::write(self.file(file), edit(text)).expect("writable");
    }

    /// Types a line after `sdk-cli`, which succeeds.
    fn tool(&self, line: &str) -> String {
        let mut command = self.session.command(&format!("sdk-cli {line}"));
        finish(command.current_dir(self.file(""))).success()
    }

    /// Builds the application as it is.
    fn build(&self) -> Finished {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--offline"])
            .current_dir(self.file(""))
            .env("CARGO_TARGET_DIR", apps())
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS");
        finish(&mut cargo)
    }

    #[track_caller]
    fn builds_without_a_warning(&self) {
        let built = self.build();
        assert!(!built.stderr.contains("warning"), "{}", built.stderr);
        built.success();
    }

    /// Types a line after the name of the application's program.
    fn host(&self, line: &str) -> Finished {
        let program = apps().join("debug").join(self.name);
        let mut command = self
            .session
            .command(&format!("{} {line}", program.display()));
        finish(command.current_dir(self.file("")))
    }
}

/// The folder of the application vanishes, and what was linked of it is large.
impl Drop for NewApp {
    fn drop(&mut self) {
        let linked = format!("{}-", self.name);
        for entry in fs::read_dir(apps().join("debug/deps"))
            .into_iter()
            .flatten()
            .flatten()
        {
            if entry.file_name().to_string_lossy().starts_with(&linked) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The target folder of all applications that tests write.
fn apps() -> PathBuf {
    workspace_root().join("target/apps")
}

fn finish(command: &mut Command) -> Finished {
    let output = command.output().expect("the program starts");
    Finished {
        code: output.status.code().unwrap_or(255),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_new_application_runs_as_it_is() {
    let app = NewApp::by_path("empty_app");
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    let status = app.host("migrate status --json").json();
    let modules = status.as_array().expect("an array").iter();
    let mut modules: Vec<_> = modules.map(|migration| &migration["module"]).collect();
    modules.dedup();
    assert_eq!(modules, ["sdk"]);
    assert_eq!(app.host("version --json").json()["version"], "0.1.0");
}

#[test]
fn an_application_made_by_commands_alone_runs() {
    let app = NewApp::by_path("made_app");
    for line in GUIDE {
        app.tool(line);
    }
    app.builds_without_a_warning();
    let status = app.host("migrate status --json").json();
    let own = status
        .as_array()
        .expect("an array")
        .last()
        .expect("not empty");
    assert_eq!(
        [&own["module"], &own["name"], &own["state"]],
        ["stock", "create_item", "pending"]
    );
    app.host("migrate apply").success();
    app.host("seed real").success();
    assert_eq!(rows(&app, "stock.item"), 1);
    let jobs = app.host("job list --json").json();
    assert_eq!(jobs[0]["job"], "stock.restock");
    assert_eq!(
        app.host("lang show de --json").json()["stock.title"],
        "Stock"
    );
}

fn rows(app: &NewApp, table: &str) -> usize {
    let page = app.host(&format!("data list {table} --json")).json();
    page["rows"].as_array().expect("an array").len()
}

#[test]
fn a_changed_table_compiles_only_with_its_migration() {
    let app = NewApp::by_path("grown_app");
    for line in &GUIDE[..4] {
        app.tool(line);
    }
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    app.host("seed real").success();
    app.edit("modules/stock/src/tables.rs", |text| {
        let votes = "#[default(7)]\n    pub votes: i64,\n    pub price: i64,";
        text.replace("pub price: i64,", votes)
    });
    let complaint = app.build().failure(101);
    let line = "src/tables.rs:15:9: table `item`: field `votes` is not in the migrations; \
                write one with: sdk-cli new migration stock";
    assert!(complaint.contains(line), "{complaint}");
    app.tool("new migration stock");
    app.builds_without_a_warning();
    let applied = app.host("migrate apply").success();
    assert!(applied.contains("_add_votes_to_item"), "{applied}");
    let page = app.host("data list stock.item --json").json();
    assert_eq!(page["rows"][0]["votes"], 7);
    assert_eq!(page["rows"][0]["sku"], "sku 1");
}

#[test]
fn modules_that_refer_to_each_other_run_together() {
    let app = NewApp::by_path("two_modules");
    for line in [
        "new module geo",
        "new table geo Country code:String name:String --key code",
        "new migration geo",
        "new seed geo country",
        "new module stock",
        "new table stock Depot country:geo::Country opened:Date? parent:Depot? --index country",
        "new migration stock",
        "new seed stock depot",
        "check",
    ] {
        app.tool(line);
    }
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    app.host("seed real").success();
    let page = app.host("data list stock.depot --json").json();
    assert_eq!(page["rows"][0]["country"], "code 1");
}

#[test]
fn every_type_of_field_compiles() {
    let app = NewApp::by_path("typed_app");
    app.tool("new module stock");
    app.tool(
        "new table stock Everything a:bool=true b:i8=-1 c:u128=7 d:f64=0.5 e:String=new f:Vec<u8>=ab \
         g:Id<Everything> h:Timestamp=2026-01-01T00:00:00Z i:Date=2026-01-01 j:Json={} k:String? \
         l:Vec<String>=[] type:String --key type,i --unique a,b --index h --index d,e",
    );
    app.tool(
        "new table stock Other a:bool b:i8 d:f32 e:String? f:Vec<u8> h:Timestamp i:Date j:Json",
    );
    app.tool("new migration stock");
    app.tool("new seed stock everything");
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    app.host("seed real").success();
    app.host("seed test --rows 5 --rng 1").success();
    assert_eq!(rows(&app, "stock.other"), 5);
    let page = app.host("data list stock.everything --json").json();
    assert_eq!(page["rows"][0]["h"], "2026-01-01T00:00:00.000000Z");
}

/// The registry is not asked here; what it would give stands in for it.
#[test]
fn a_dependency_by_version_compiles() {
    let app = NewApp::new("versioned_app", "--sdk-version 0.1");
    app.edit("Cargo.toml", |text| {
        let root = workspace_root().display();
        let patches =
            ["sdk", "sdk-build"].map(|name| format!("{name} = {{ path = \"{root}/{name}\" }}\n"));
        format!("{text}\n[patch.crates-io]\n{}", patches.concat())
    });
    app.tool("new module stock");
    app.builds_without_a_warning();
    app.host("migrate status").success();
}

#[test]
fn what_is_written_is_formatted() {
    let app = NewApp::by_path("formatted_app");
    app.tool("new module geo");
    for line in GUIDE {
        app.tool(line);
    }
    app.tool("new job stock count --schedule @hourly --tz Europe/Berlin");
    app.tool("new table stock Depot item:Item name:String --key item,name");
    let mut rustfmt = Command::new(env!("CARGO"));
    rustfmt
        .args(["fmt", "--check", "-p", app.name, "-p", "geo", "-p", "stock"])
        .current_dir(app.file(""));
    let formatted = finish(&mut rustfmt);
    assert_eq!(
        formatted.code, 0,
        "{}{}",
        formatted.stdout, formatted.stderr
    );
}
