/// Whether this process can have the lanes that it is given, as far as it has tried.
struct LaneAdmission: Sendable {
    /// How many were given, one after the other, that could not be had: it may have been too late for one, but not for many.
    private var failureCount = 0

    /// Whether a lane for that service is to be asked for: what goes to other ranks, and what is recorded, has to pass the Host.
    func isOpen(to service: Address, at endpoint: Endpoint) -> Bool {
        service.rank == endpoint.address.rank && Recorder.current == nil && failureCount <= 3
    }

    /// Takes note of what became of a ticket; returns the memory if it is of use.
    mutating func admit(_ memory: LaneMemory?) -> LaneMemory? {
        guard let memory else {
            failureCount += 1
            return nil
        }
        failureCount = 0
        // An answer that another thread was quicker with may have brought a later one.
        return memory.isClosed ? nil : memory
    }
}
