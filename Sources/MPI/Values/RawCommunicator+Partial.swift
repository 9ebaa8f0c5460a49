/// How partial results travel between two ranks: one message, unless it is long; then its length comes before it.
///
/// So whoever waits for one need not ask first how long it is.
extension RawCommunicator {
    /// How long the message is that says how long the next one is: shorter than any that carries something.
    private static let announcementLength = MemoryLayout<UInt64>.size

    /// Sends a message.
    func sendPartial(_ message: [UInt8], to rank: Int32) throws {
        if message.count > LandingZone.capacity {
            let announcement = [UInt64(message.count).littleEndian]
            try announcement.withUnsafeBytes {
                try send($0.baseAddress, $0.count, .byte, to: rank, tag: 0)
            }
        }
        try message.withUnsafeBytes { try send($0.baseAddress, $0.count, .byte, to: rank, tag: 0) }
    }

    /// Receives a message, and decodes the value in it.
    @inline(__always)
    func receivePartial<Value: Decodable>(_ type: Value.Type, from rank: Int32) throws -> Value {
        let pattern = Pattern(source: rank, tag: 0)
        guard let zone = ScratchMemory.landingZone else {
            let message = try matchedProbe(pattern)
            guard message.status.byteCount == Self.announcementLength else {
                return try message.receiveValue(type)
            }
            var announcement: UInt64 = 0
            try message.receive(&announcement, Self.announcementLength, .byte)
            return try matchedProbe(pattern).receiveValue(type)
        }
        let status: Status
        do {
            status = try receive(zone.address, LandingZone.capacity, .byte, pattern)
        } catch {
            zone.clear()
            throw error
        }
        // What is announced has its length with it.
        guard status.byteCount != Self.announcementLength else {
            return try matchedProbe(pattern).receiveValue(type)
        }
        // While the value is decoded, something else may land.
        return try ScratchMemory.withIncoming(status.byteCount) { memory in
            memory.copyMemory(from: UnsafeRawBufferPointer(start: zone.address, count: status.byteCount))
            return try ValueFormat.read(
                type,
                from: UnsafeRawBufferPointer(memory),
                "MPI_Recv",
                rank: Int(rank)
            )
        }
    }
}
