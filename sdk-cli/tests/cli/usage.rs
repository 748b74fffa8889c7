//! Help, and words that are not understood.

use crate::terminal::Terminal;

#[test]
fn help_says_what_there_is() {
    let terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("--help"), @"
    $ sdk-cli --help
    The tool of module authors and host owners.

    All commands but `new app` work from anywhere inside an application's folder. Exit codes: 0 done, 1 failed, 2 the command line was not understood.

    Usage: sdk-cli [OPTIONS] <COMMAND>

    Commands:
      new         Write an application, a module, or a part of one
      check       Say what a build or a start would refuse, and what migrations would do to rows and versions
      chain       Write a module's chain of migrations anew, after a merge or when one was written by hand
      squash      Replace the first migrations of a module by one that does the same to a fresh database
      schema      Show the tables of all modules as the source declares them
      expand      Show the code that a module's build script generates
      call        Call a method of a running host
      profile     Keep how servers are reached
      export      Write what other tools need
      completion  Show what makes a shell complete this tool's commands
      help        Print this message or the help of the given subcommand(s)

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Server:
          --server <URL>
              Where it is: https://HOST:PORT, http://HOST:PORT or unix:PATH

          --profile <NAME>
              The profile that says how it is reached [default: the one in use]

          --token-file <FILE>
              Sign in with the token in this file

          --ca <FILE>
              Trust the authorities in this PEM file

          --fingerprint <FINGERPRINT>
              Trust the certificate with this fingerprint alone, sha256:AB:CD:…
    ");
    insta::assert_snapshot!(terminal.type_lines("new table --help"), @"
    $ sdk-cli new table --help
    A table of a module

    Usage: sdk-cli new table [OPTIONS] <MODULE> <TYPE> <FIELD:TYPE>...

    Arguments:
      <MODULE>         The module
      <TYPE>           The type of its rows, such as `OrderLine`
      <FIELD:TYPE>...  `name:String`, `note:String?` (nullable), `votes:i64=0` (default), `author:Author` or `country:geo::Country` (reference to a table)

    Options:
          --key <FIELDS>     The fields of the key, separated by commas [default: a field `id`]
          --unique <FIELDS>  No two rows share these fields; can be given several times
          --index <FIELDS>   An index over these fields; can be given several times
      -h, --help             Print help
    ");
    insta::assert_snapshot!(terminal.type_lines("new app --help"), @"
    $ sdk-cli new app --help
    An application without modules

    Usage: sdk-cli new app [OPTIONS] <--sdk-path <PATH>|--sdk-version <VERSION>> <NAME>

    Arguments:
      <NAME>  Its name, which is that of its program

    Options:
          --sdk-path <PATH>        Use the SDK in this folder; stays relative if it is
          --sdk-version <VERSION>  Use the SDK of this version from the registry
          --shape <SHAPE>          One program for all modules, or one for the system modules and one for the others [default: single] [possible values: single, dual]
          --dir <DIR>              The folder to make [default: the name]
      -h, --help                   Print help
    ");
}

#[test]
fn names_that_cannot_be_used_are_refused() {
    let terminal = Terminal::in_app();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new module std
             new module sdk_extra
             new module fn
             new module Stock
             new app core --sdk-version 1
             new app build --sdk-version 1
             new thing
             frobnicate"
        ),
        @"
    $ sdk-cli new module std
    error: invalid value 'std' for '<NAME>': `std` is taken: a crate that modules and hosts see has that name

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new module sdk_extra
    error: invalid value 'sdk_extra' for '<NAME>': `sdk_extra` is taken: a crate that modules and hosts see has that name

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new module fn
    error: invalid value 'fn' for '<NAME>': `fn` is a word of the Rust language

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new module Stock
    error: invalid value 'Stock' for '<NAME>': `Stock` does not name a module: expected lower snake case, a letter first, at most 63 bytes, such as `stock`

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new app core --sdk-version 1
    error: invalid value 'core' for '<NAME>': `core` is taken: a crate that modules and hosts see has that name

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new app build --sdk-version 1
    error: invalid value 'build' for '<NAME>': `build` is taken: a folder of cargo's own has that name

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new thing
    error: unrecognized subcommand 'thing'

    Usage: sdk-cli new <COMMAND>

    For more information, try '--help'.
    exit code 2
    $ sdk-cli frobnicate
    error: unrecognized subcommand 'frobnicate'

    Usage: sdk-cli [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit code 2
    "
    );
}
