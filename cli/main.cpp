#include "cli/program.h"

int main(int argc, char** argv) { return zimmock::cli::run_program(argc, argv); }
