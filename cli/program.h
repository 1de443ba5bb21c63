#pragma once

namespace zimmock::cli {

// The whole program: parses the command line, runs the subcommand, returns the process's exit code.
int run_program(int argc, char** argv);

}  // namespace zimmock::cli
