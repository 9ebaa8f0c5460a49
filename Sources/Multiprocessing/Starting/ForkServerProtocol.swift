/// What a Host and its fork server say to each other: datagrams of fixed size over a socket pair.
enum ForkServerProtocol {
    /// Host to server: start the process `serial`.
    ///
    /// Descriptors follow: its socket, its memory, then as the flags say.
    static let start: UInt32 = 1
    /// Host to server: send the signal `value` to the process `serial`.
    static let signal: UInt32 = 2
    /// Server to Host: the process `serial` runs and has the pid `value`, or could not be started (minus the error number).
    static let started: UInt32 = 3
    /// Server to Host: the process `serial` has ended with the wait status `value`; the flags are the most memory it had, in KiB.
    static let ended: UInt32 = 4

    /// Host to server: the `Leftover` that follows, and that goes by the number `serial`, is to be removed if the rank dies.
    static let remember: UInt32 = 5
    /// Host to server: that `Leftover` is none any more.
    static let forget: UInt32 = 6
    /// Host to server: the rank goes on without the server, and has seen to everything itself.
    static let farewell: UInt32 = 7

    /// The greatest size of a `Leftover` in bytes: the longest path of a socket and name of shared memory are shorter.
    static let longestLeftover = 512

    /// The flags of `start`.
    struct Options: OptionSet, Sendable {
        let rawValue: UInt32
        /// Execute the program's file again.
        static let spawn = Options(rawValue: 1)
        /// Descriptors for standard output and error are sent along.
        static let redirectsOutput = Options(rawValue: 2)
    }

    struct Message {
        var kind: UInt32
        var serial: UInt32
        var value: Int32
        var flags: UInt32
    }
}
