//! A terminal in a temporary folder, with something that looks like the SDK in it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A folder and what was typed in it.
pub(crate) struct Terminal {
    folder: TempDir,
    /// Where commands are typed.
    pub(crate) at: PathBuf,
}

impl Terminal {
    /// A terminal in a folder with nothing but the SDK.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["sdk", "sdk-build"] {
            let folder = folder.path().join("the-sdk").join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(
                folder.join("Cargo.toml"),
                format!("[package]\nname = \"{name}\"\n"),
            )
            .unwrap();
        }
        Self {
            at: folder.path().to_owned(),
            folder,
        }
    }

    /// A terminal in the new application `shop`.
    pub(crate) fn in_app() -> Self {
        let mut terminal = Self::new();
        terminal.quietly("new app shop --sdk-path the-sdk");
        terminal.at.push("shop");
        terminal
    }

    /// A terminal in `shop` with the module `stock`.
    pub(crate) fn with_module() -> Self {
        let terminal = Self::in_app();
        terminal.quietly("new module stock");
        terminal
    }

    /// A terminal in `shop`, whose module `stock` has the table of the guide
    /// and its migration.
    pub(crate) fn with_table() -> Self {
        let terminal = Self::with_module();
        terminal.quietly(
            "new table stock Item name:String sku:String price:i64 --unique sku --index name",
        );
        terminal.quietly("new migration stock");
        terminal
    }

    /// Types lines after `sdk-cli`, and returns all that the screen then shows.
    pub(crate) fn type_lines(&self, lines: &str) -> String {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| self.run(line).1).collect()
    }

    /// Calls git in the folder, as somebody whom no configuration concerns.
    #[track_caller]
    pub(crate) fn git(&self, line: &str) {
        let output = self.call_git(line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {line}: {said}");
    }

    /// What git says when it does not do what is typed.
    #[track_caller]
    pub(crate) fn git_refuses(&self, line: &str) -> String {
        let output = self.call_git(line);
        assert!(!output.status.success(), "git {line}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn call_git(&self, line: &str) -> std::process::Output {
        let mut git = self.at_home("git");
        git.args(words(line)).current_dir(&self.at);
        git.output().unwrap()
    }

    /// Puts the folder under git and commits all of it.
    #[track_caller]
    pub(crate) fn commit(&self) {
        for line in ["init --quiet", "add --all", "commit --quiet --message work"] {
            self.git(line);
        }
    }

    /// A program for which nothing outside of the folder exists.
    fn at_home(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env(
                "GIT_CEILING_DIRECTORIES",
                self.folder.path().parent().unwrap(),
            )
            .env("GIT_AUTHOR_NAME", "Ann")
            .env("GIT_AUTHOR_EMAIL", "ann@example.org")
            .env("GIT_COMMITTER_NAME", "Ann")
            .env("GIT_COMMITTER_EMAIL", "ann@example.org")
            .env_remove("SDK_CONFIG_DIR")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE");
        command
    }

    /// Types a line that is only preparation.
    #[track_caller]
    pub(crate) fn quietly(&self, line: &str) {
        let (success, screen) = self.run(line);
        assert!(success, "{screen}");
    }

    /// Writes the chain of a module as if there had been none before.
    #[track_caller]
    pub(crate) fn chain_anew(&self, module: &str) {
        let chain = format!("modules/{module}/migrations/chain.txt");
        let _ = fs::remove_file(self.at.join(chain));
        self.quietly(&format!("chain {module}"));
    }

    /// Types a line, with a text on standard input.
    pub(crate) fn type_with_input(&self, line: &str, input: &str) -> String {
        self.run_with_input(line, input).1
    }

    fn run(&self, line: &str) -> (bool, String) {
        self.run_with_input(line, "")
    }

    fn run_with_input(&self, line: &str, input: &str) -> (bool, String) {
        let mut command = self.at_home(env!("CARGO_BIN_EXE_sdk-cli"));
        command.args(words(line)).current_dir(&self.at);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = running.stdin.take().unwrap();
        // Not every command reads what it could.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = running.wait_with_output().unwrap();
        let mut screen = format!("$ sdk-cli {line}\n");
        screen.push_str(&String::from_utf8(output.stdout).unwrap());
        screen.push_str(&String::from_utf8(output.stderr).unwrap());
        if !output.status.success() {
            let code = output.status.code().unwrap();
            screen = format!("{screen}exit code {code}\n");
        }
        (output.status.success(), self.redacted(&screen))
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn read(&self, file: impl AsRef<Path>) -> String {
        fs::read_to_string(self.at.join(file)).unwrap()
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.at.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a part of a file that is there.
    #[track_caller]
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no `{from}`:\n{text}");
        self.write(file, &text.replace(from, to));
    }

    /// The files below a folder, sorted, without what varies in their names.
    pub(crate) fn files(&self, folder: &str) -> String {
        let mut files = Vec::new();
        walk(&self.at.join(folder), &mut files);
        let shown = files
            .iter()
            .map(|file| file.strip_prefix(&self.at).unwrap().display().to_string());
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        self.redacted(&shown.join("\n"))
    }

    /// The text of the newest migration of a module, without what varies in it.
    #[track_caller]
    pub(crate) fn newest_migration(&self, module: &str) -> String {
        let newest = self.newest_file(&format!("modules/{module}/migrations"));
        self.redacted(&self.read(newest))
    }

    /// The last JSON file of a folder in the order of names.
    #[track_caller]
    pub(crate) fn newest_file(&self, folder: &str) -> String {
        let mut files = Vec::new();
        walk(&self.at.join(folder), &mut files);
        files.retain(|file| file.extension().is_some_and(|it| it == "json"));
        let newest = files.iter().max().unwrap();
        newest.strip_prefix(&self.at).unwrap().display().to_string()
    }

    /// The name of the file of a module's first migration.
    #[track_caller]
    pub(crate) fn first_migration(&self, module: &str) -> String {
        let folder = self.at.join("modules").join(module).join("migrations");
        let files = fs::read_dir(folder).unwrap();
        let files = files.map(|file| PathBuf::from(file.unwrap().file_name()));
        let migrations = files.filter(|file| file.extension().is_some_and(|it| it == "json"));
        migrations.min().unwrap().display().to_string()
    }

    /// The JSON document that a command prints, whether it fails or not.
    #[track_caller]
    pub(crate) fn document(&self, line: &str) -> serde_json::Value {
        let screen = self.type_lines(line);
        let from = screen.find('{').unwrap();
        let mut values = serde_json::Deserializer::from_str(&screen[from..]).into_iter();
        values.next().unwrap().unwrap()
    }

    /// All files of the application with their texts.
    pub(crate) fn snapshot(&self) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        walk(&self.at, &mut files);
        files.sort();
        let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
        files.iter().cloned().zip(texts).collect()
    }

    /// Replaces what differs from run to run.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let folder = self.folder.path().canonicalize().unwrap();
        let text = text
            .replace(&folder.display().to_string(), "[FOLDER]")
            .replace(&self.folder.path().display().to_string(), "[FOLDER]");
        replace_words(&replace_words(&text, is_stamp, "[STAMP]"), is_uuid, "[ID]")
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Splits at spaces outside of double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (nth, part) in line.split('"').enumerate() {
        if nth % 2 == 1 {
            words.last_mut().unwrap().push_str(part);
            continue;
        }
        let mut rest = part.split(' ');
        words.last_mut().unwrap().push_str(rest.next().unwrap());
        words.extend(rest.map(str::to_owned));
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Replaces each run of letters, digits and hyphens that `is` recognises.
fn replace_words(text: &str, is: fn(&str) -> bool, by: &str) -> String {
    let in_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(in_word) {
        let (before, from) = rest.split_at(start);
        let (word, after) =
            from.split_at(from.find(|letter| !in_word(letter)).unwrap_or(from.len()));
        replaced.push_str(before);
        replaced.push_str(if is(word) { by } else { word });
        rest = after;
    }
    replaced + rest
}

fn is_stamp(word: &str) -> bool {
    word.len() == 16 && word.starts_with("20") && word.ends_with('Z') && &word[8..9] == "T"
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36 && word.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}
