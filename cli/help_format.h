#pragma once

#include <CLI/CLI.hpp>

namespace zimmock::cli {

// Has every --help fit 80 columns. To be called before the subcommands are added, which inherit it.
void format_help(CLI::App& app);

// Sorts the options and subcommands of `app`, and of everything below it, under headings. An option
// that is in no row of the table stays under "Options".
void group_help(CLI::App& app);

}  // namespace zimmock::cli
