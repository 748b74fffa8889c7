//! Help, as it is read.

use crate::descriptors::calls;

/// What is shown when these words are typed.
fn shown(words: &str) -> String {
    let command = calls().command("call");
    let words = ["call"].into_iter().chain(words.split_whitespace());
    command.try_get_matches_from(words).unwrap_err().to_string()
}

#[test]
fn every_command_passes_the_checks_of_clap() {
    calls().command("call").debug_assert();
}

#[test]
fn help_lists_modules_services_and_methods() {
    insta::assert_snapshot!(shown("--help"), @"
    Call a method

    Usage: call <COMMAND>

    Commands:
      shop  What is sold, and to whom

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(shown("shop -h"), @r"
    What is sold, and to whom

    Usage: call shop <COMMAND>

    Commands:
      ask              Answers each question as it comes [stream]
      change-password  Changes a password
      get-item         Shows an item
      import           Takes many items at once [stream]
      recount          Counts the stock anew [stream]
      search           Finds items by their names
      sign-in          Signs in
      staff            For those who run it
      watch            Follows what is sold [stream]

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(shown("shop staff -h"), @r"
    For those who run it

    Usage: call shop staff <COMMAND>

    Commands:
      count-stock  Tells what is in stock, with what the shop keeps of it
      echo         Gives everything back as it came

    Options:
      -h, --help  Print help
    ");
}

#[test]
fn help_of_a_method_comes_from_the_comments_of_its_proto() {
    insta::assert_snapshot!(shown("shop search -h"), @"
    Finds items by their names

    Usage: call shop search [OPTIONS] [WORDS]

    Arguments:
      [WORDS]  Words of the name

    Options:
          --kind <VALUE>             Of this kind only [possible values: book, fresh-food]
          --page-size <COUNT>        How many at most
          --page-token <TEXT>        Where the page before has ended
          --sold-out[=<BOOL>]        Items that are sold out, too
          --town <TEXT>              In this town [not with --near.*]
          --near.latitude <NUMBER>   Degrees to the north [not with --town]
          --near.longitude <NUMBER>  Degrees to the east [not with --town]
      -h, --help                     Print help (see more with '--help')

    Calling:
          --request <JSON|@FILE>  The whole request as JSON, from a file, or with @- from standard input; flags override it
          --timeout <DURATION>    How long it may take, such as 5s
          --json                  Print JSON instead of text
    ");
    insta::assert_snapshot!(shown("shop search --help"), @"
    Finds items by their names.

    Items that are sold out are left out, unless they are asked for.

    Usage: call shop search [OPTIONS] [WORDS]

    Arguments:
      [WORDS]
              Words of the name

    Options:
          --query <WORDS>
              Words of the name

          --kind <VALUE>
              Of this kind only

              Possible values:
              - book:       To be read
              - fresh-food: To be eaten, fresh

          --page-size <COUNT>
              How many at most

          --page-token <TEXT>
              Where the page before has ended

          --sold-out[=<BOOL>]
              Items that are sold out, too

          --town <TEXT>
              In this town [not with --near.*]

          --near.latitude <NUMBER>
              Degrees to the north [not with --town]

          --near.longitude <NUMBER>
              Degrees to the east [not with --town]

      -h, --help
              Print help (see a summary with '-h')

    Calling:
          --request <JSON|@FILE>
              The whole request as JSON, from a file, or with @- from standard input; flags override it

          --timeout <DURATION>
              How long it may take, such as 5s

          --json
              Print JSON instead of text
    ");
}

#[test]
fn help_says_what_streams() {
    insta::assert_snapshot!(shown("shop watch --help"), @"
    Follows what is sold.

    Replies with a stream, a line for each message.

    Usage: call shop watch [OPTIONS]

    Options:
          --items <COUNT>
              The items; all if there are none [can be given several times]

      -h, --help
              Print help (see a summary with '-h')

    Calling:
          --request <JSON|@FILE>
              The whole request as JSON, from a file, or with @- from standard input; flags override it

          --timeout <DURATION>
              How long it may take, such as 5s

          --json
              Print JSON instead of text
    ");
    insta::assert_snapshot!(shown("shop import -h"), @"
    Takes many items at once [stream]

    Usage: call shop import [OPTIONS] --requests <FILE>

    Options:
      -h, --help  Print help (see more with '--help')

    Calling:
          --requests <FILE>     Read the requests from a file of JSON lines, or with - from standard input
          --timeout <DURATION>  How long it may take, such as 5s
          --json                Print JSON instead of text
    ");
}

#[test]
fn help_names_the_form_of_each_value() {
    insta::assert_snapshot!(shown("shop staff echo -h"), @"
    Gives everything back as it came

    Usage: call shop staff echo [OPTIONS]

    Options:
          --double-value <NUMBER>
              
          --float-value <NUMBER>
              
          --int32-value <INTEGER>
              
          --int64-value <INTEGER>
              
          --uint32-value <COUNT>
              
          --uint64-value <COUNT>
              
          --sint32-value <INTEGER>
              
          --sint64-value <INTEGER>
              
          --fixed32-value <COUNT>
              
          --fixed64-value <COUNT>
              
          --sfixed32-value <INTEGER>
              
          --sfixed64-value <INTEGER>
              
          --bool-value[=<BOOL>]
              
          --string-value <TEXT>
              
          --bytes-value <TEXT|@FILE>
              
          --enum-value <VALUE>
              [possible values: book, fresh-food]
          --point.latitude <NUMBER>
              Degrees to the north
          --point.longitude <NUMBER>
              Degrees to the east
          --nested.name <TEXT>
              
          --nested.child <JSON|@FILE>
              
          --nested.children <JSON|@FILE>
              [can be given several times]
          --numbers <INTEGER>
              [can be given several times]
          --texts <TEXT>
              [can be given several times]
          --kinds <VALUE>
              [can be given several times] [possible values: book, fresh-food]
          --points <JSON|@FILE>
              [can be given several times]
          --bools <BOOL>
              [can be given several times]
          --counts <KEY=VALUE>
              [can be given several times]
          --names <KEY=VALUE>
              [can be given several times]
          --places <KEY=VALUE>
              [can be given several times]
          --maybe-number <INTEGER>
              
          --maybe-text <TEXT>
              
          --chosen-text <TEXT>
              [not with --chosen-number, --chosen-point.*, --chosen-nothing]
          --chosen-number <INTEGER>
              [not with --chosen-text, --chosen-point.*, --chosen-nothing]
          --chosen-point.latitude <NUMBER>
              Degrees to the north [not with --chosen-text, --chosen-number, --chosen-nothing]
          --chosen-point.longitude <NUMBER>
              Degrees to the east [not with --chosen-text, --chosen-number, --chosen-nothing]
          --chosen-nothing[=<BOOL>]
              [not with --chosen-text, --chosen-number, --chosen-point.*]
          --timestamp <TIME>
              
          --duration <DURATION>
              
          --wrapped-number <INTEGER>
              
          --wrapped-text <TEXT>
              
          --wrapped-bool[=<BOOL>]
              
          --wrapped-bytes <TEXT|@FILE>
              
          --struct <JSON|@FILE>
              
          --value <JSON|@FILE>
              
          --mask <FIELDS>
              
          --any <JSON|@FILE>
              
          --request.json <TEXT>
              Flags of the command line itself have this name
      -h, --help
              Print help (see more with '--help')

    Calling:
          --request <JSON|@FILE>  The whole request as JSON, from a file, or with @- from standard input; flags override it
          --timeout <DURATION>    How long it may take, such as 5s
          --json                  Print JSON instead of text
    ");
}
