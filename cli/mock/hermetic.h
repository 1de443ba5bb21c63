#pragma once

#include "contracts/api/result.h"

namespace zimmock::cli {

// Moves this process into network and mount namespaces of its own, in which there is nothing but a
// loopback interface and an /etc/hosts that has the vendor's hosts at 127.0.0.1. Where the process
// may not do that by itself, it makes a user namespace first, in which it stays who it is.
//
// To be called before any thread starts. There is no way back, also after an Error (kSystem), which
// names the step that the system refused and what to do. Linux only; elsewhere an Error.
Result<void> enter_hermetic_namespaces();

// Takes from the commands started after it the privileges to undo the above. Best effort: where
// they cannot be given up they are not there.
void drop_namespace_privileges();

}  // namespace zimmock::cli
