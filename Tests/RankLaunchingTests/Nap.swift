#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A command that does nothing for minutes, and by which this run of the tests can be told from another on the machine.
///
/// - Parameter number: Tells the naps of different tests apart, 0 to 99.
/// - Returns: A command line of two words.
func nap(_ number: Int) -> String {
    "sleep " + napTime(number)
}

/// How long such a command sleeps, in seconds: an odd time that no other run uses.
///
/// - Parameter number: The nap's number.
/// - Returns: The argument of `sleep`.
func napTime(_ number: Int) -> String {
    "\(300 + number).\(getpid())"
}
