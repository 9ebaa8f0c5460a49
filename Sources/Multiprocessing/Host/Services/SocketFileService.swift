/// The file of a listener's socket, which is removed when the process that listens has ended without doing it.
struct SocketFileService: Service {
    private let owner: Address
    private let file: SocketFile

    init(owner: Address, file: SocketFile) {
        self.owner = owner
        self.file = file
    }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        outbox.reply(to: request, .malformed)
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        guard end.address == owner else { return }
        file.remove()
        outbox.isFinished = true
    }
}
