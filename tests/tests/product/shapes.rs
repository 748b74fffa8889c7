//! One program or two: the same modules do the same in both shapes, and in two
//! programs either may end and start again while the other runs.
//!
//! `guestbook` asks `geo` where guests are from. In the shape `single` one program
//! links both; in `dual` the system program links `geo`.

use product_tests::{Finished, NewApp, Running, Serving, workspace_root};
use serde_json::Value;

/// The exit codes of `call` for `DEADLINE_EXCEEDED` and `UNAVAILABLE`.
const TOO_LATE: i32 = 104;
const UNAVAILABLE: i32 = 114;

const GEO: &str = "\n        .module(geo::Geo)";
const GUESTBOOK: &str = "\n        .module(guestbook::Guestbook)";
const REMOTE_GEO: &str = "
        .remote(
            geo::Geo,
            sdk::config::Endpoint::from(\"http://127.0.0.1:8081\")
                .token_file(\"data/system/owner.token\"),
        )";

/// Writes and builds an application that uses the two modules as they are.
fn built(name: &'static str, shape: &str, links: &[(&str, &str)]) -> NewApp {
    let root = workspace_root().display();
    let app = NewApp::on(name, &format!("--sdk-path {root} --shape {shape}"), &[]);
    let modules = ["geo", "guestbook"]
        .map(|name| format!("{name} = {{ path = \"{root}/examples/modules/{name}\" }}\n"));
    let dependencies = format!("[dependencies]\n{}", modules.concat());
    app.edit("Cargo.toml", "[dependencies]\n", &dependencies);
    for (file, link) in links {
        let version = "\n        .version(";
        app.edit(file, version, &format!("{link}{version}"));
    }
    app.builds_without_a_warning();
    app
}

/// Somebody who calls the host in `data`.
struct Guest<'a> {
    app: &'a NewApp,
    addr: String,
    data: &'a str,
}

impl<'a> Guest<'a> {
    fn of(app: &'a NewApp, host: &Serving, data: &'a str) -> Self {
        Self {
            app,
            addr: host.addr().to_owned(),
            data,
        }
    }

    fn line(&self, words: &str) -> String {
        let Self { addr, data, .. } = self;
        format!(
            "sdk-cli --server http://{addr} --token-file {data}/owner.token call {words} --json"
        )
    }

    fn call(&self, words: &str) -> Finished {
        self.app.run(&self.line(words))
    }

    /// Finds a country, where the host links `geo`. The first search reads all names.
    fn finds_a_country(&self) {
        let found = self.call("geo search Italia --kinds country").json();
        assert_eq!(found["places"][0]["code"], "IT");
    }

    /// Begins to sign from Austria, and waits until `host`, which is halted, is asked.
    fn begins_to_sign(&self, host: &Serving) -> Running {
        let signing = self.app.start(&self.line(&signs("Eva", "Österreich")));
        host.wait_for_callers();
        signing
    }

    /// The guests in the book, the last first, each with their country.
    fn listed(&self) -> Vec<String> {
        let page = self.call("guestbook list-entries").json();
        let entries = page["entries"].as_array().expect("entries").iter();
        let shown = |entry: &Value| {
            let country = entry["country"].as_str().unwrap_or("nowhere");
            format!("{} from {country}", entry["name"].as_str().expect("a name"))
        };
        entries.map(shown).collect()
    }
}

fn signs(name: &str, from: &str) -> String {
    format!("guestbook sign \"Ein schönes Buch\" --name {name} --from {from} --timeout 30s")
}

/// What holds in every shape.
fn guests_say_where_they_are_from(guest: &Guest<'_>) {
    let entry = guest.call(&signs("Ada", "Österreich")).json();
    assert_eq!(entry["country"], "AT");
    guest.call(&signs("Bo", "日本")).success();
    let refused = guest.call(&signs("Cy", "Atlantis")).failure(103);
    assert!(
        refused.contains("no country is called `Atlantis`"),
        "{refused}"
    );
    assert_eq!(guest.listed(), ["Bo from JP", "Ada from AT"]);
}

/// Kills a host while a call waits for its answer: the caller is told in time.
fn killed_while_a_call_waits(guest: &Guest<'_>, host: Serving) {
    host.halt();
    let signing = guest.begins_to_sign(&host);
    host.kill();
    signing.finish().failure(UNAVAILABLE);
}

#[test]
fn one_program_links_both_modules() {
    let links = [("src/main.rs", [GEO, GUESTBOOK].concat())];
    let links = links.each_ref().map(|(file, link)| (*file, link.as_str()));
    let app = built("single_shape", "single", &links);
    let host = app.serve("single_shape serve --addr 127.0.0.1:0", &[]);
    let guest = Guest::of(&app, &host, "data");
    guest.finds_a_country();
    guests_say_where_they_are_from(&guest);
    killed_while_a_call_waits(&guest, host);
    let again = app.serve(&format!("single_shape serve --addr {}", guest.addr), &[]);
    guest.finds_a_country();
    guest.call(&signs("Eva", "Österreich")).success();
    assert_eq!(guest.listed(), ["Eva from AT", "Bo from JP", "Ada from AT"]);
    again.stop();
}

/// The two programs of an application in two, on free ports.
struct Dual {
    system: Serving,
    modules: Serving,
}

impl Dual {
    fn start(app: &NewApp) -> Self {
        let system = Self::start_system(app, "127.0.0.1:0");
        let modules = Self::start_modules(app, &system, "127.0.0.1:0");
        Self { system, modules }
    }

    fn start_system(app: &NewApp, addr: &str) -> Serving {
        app.serve(&format!("dual_shape-system serve --addr {addr}"), &[])
    }

    fn start_modules(app: &NewApp, system: &Serving, addr: &str) -> Serving {
        let url = format!("http://{}", system.addr());
        let line = format!("dual_shape serve --addr {addr}");
        app.serve(&line, &[("DUAL_SHAPE_GEO_URL", &url)])
    }
}

#[test]
fn either_of_two_programs_ends_and_starts_while_the_other_runs() {
    let links = [
        ("src/main.rs", [REMOTE_GEO, GUESTBOOK].concat()),
        ("src/bin/dual_shape-system.rs", GEO.to_owned()),
    ];
    let links = links.each_ref().map(|(file, link)| (*file, link.as_str()));
    let app = built("dual_shape", "dual", &links);
    let mut dual = Dual::start(&app);
    let guest = Guest::of(&app, &dual.modules, "data/app");
    let system = Guest::of(&app, &dual.system, "data/system");
    system.finds_a_country();
    guests_say_where_they_are_from(&guest);

    // The system hangs: nobody waits for longer than they want to.
    dual.system.halt();
    let hurried = signs("Dan", "Italia").replace("30s", "1s");
    guest.call(&hurried).failure(TOO_LATE);
    dual.system.go_on();
    guest.call(&signs("Dan", "Italia")).success();
    // It is killed while a call waits, which is told so; what needs no country goes on.
    dual.system.halt();
    let signing = guest.begins_to_sign(&dual.system);
    dual.system.kill();
    let refused = signing.finish().failure(UNAVAILABLE);
    assert!(refused.contains("geo cannot be reached"), "{refused}");
    assert_eq!(guest.listed().len(), 3);
    // It comes back, and the other program need not be touched.
    dual.system = Dual::start_system(&app, &system.addr);
    system.finds_a_country();
    guest.call(&signs("Fay", "Brasil")).success();

    // The program that calls is killed while it waits for the system.
    dual.system.halt();
    let signing = guest.begins_to_sign(&dual.system);
    dual.modules.kill();
    signing.finish().failure(UNAVAILABLE);
    dual.system.go_on();
    system.finds_a_country();
    dual.modules = Dual::start_modules(&app, &dual.system, &guest.addr);
    guest.call(&signs("Eva", "Österreich")).success();
    let [eva, fay, dan] = ["Eva from AT", "Fay from BR", "Dan from IT"];
    assert_eq!(guest.listed(), [eva, fay, dan, "Bo from JP", "Ada from AT"]);
    dual.modules.stop();
    dual.system.stop();
}
