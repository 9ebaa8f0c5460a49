internal import CProcessSupport
internal import Glibc

/// What this process has printed and its Host has not read yet, if its Host passes that on.
enum PrintedOutput {
    /// The standard output and error, as far as they are pipes; none in a main program, whose output nobody passes on.
    private static let descriptors: [Int32] = {
        guard Endpoint.current?.address.isMainProgram == false else { return [] }
        return [STDOUT_FILENO, STDERR_FILENO].filter { cps_is_pipe($0) != 0 }
    }()

    /// Whether everything was read.
    static var isRead: Bool { descriptors.allSatisfy { cps_unread_count($0) == 0 } }
}
