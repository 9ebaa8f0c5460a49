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
    /// Server to Host: the process `serial` has ended with the wait status `value`.
    static let ended: UInt32 = 4

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
