#pragma once

/// Registers a function to be called when the program ends by `exit` or by returning from `main`, with its exit status.
///
/// The last function registered is called first, in one order with those of `atexit`. Returns 0, or another value if
/// the function could not be registered. Where the C library does not reveal the status, the function is given 0.
int cps_on_exit(void (*handler)(int status));
