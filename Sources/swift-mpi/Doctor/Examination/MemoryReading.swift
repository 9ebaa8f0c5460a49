import MPI

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether a rank could read from the memory of another one on its host, as MPI libraries do for large messages.
struct MemoryReading: Codable, Sendable, Equatable {
    /// Why not, in the system's words; `nil` if it could.
    var failure: String?

    #if os(Linux)
    /// Reads a word from the memory of the next rank on the same host.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter host: What tells this rank's host from others.
    /// - Returns: What came of it; `nil` if there is no other rank on this host.
    /// - Throws: `MPIError`.
    static func attempt(on host: String) throws -> MemoryReading? {
        let world = Communicator.world
        let word = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        defer { word.deallocate() }
        word.pointee = pattern(of: world.rank)
        let places = try world.allGather([
            host, "\(getpid())", "\(UInt(bitPattern: word))",
        ])
        // Where ranks are hosts of their own by a wrong name the number of a process may be anybody's: the word tells.
        let others = places.indices.filter { $0 != world.rank && places[$0].first == host }
        var reading: MemoryReading?
        if let other = others.first(where: { $0 > world.rank }) ?? others.first,
            let process = pid_t(places[other][1]), let address = UInt(places[other][2])
        {
            reading = read(process, UnsafeMutableRawPointer(bitPattern: address), pattern(of: other))
        }
        try world.barrier()
        return reading
    }

    private static func pattern(of rank: Int) -> UInt64 { 0x5357_4946_5400_0000 + UInt64(rank) }

    private static func read(
        _ process: pid_t,
        _ address: UnsafeMutableRawPointer?,
        _ expected: UInt64
    ) -> MemoryReading {
        typealias Reading =
            @convention(c) (
                pid_t, UnsafeMutableRawPointer, UInt, UnsafeMutableRawPointer, UInt, UInt
            ) -> Int
        guard let readMemory = GNUFunction.named("process_vm_readv", as: Reading.self) else {
            return MemoryReading(failure: "the C library cannot do it")
        }
        var found: UInt64 = 0
        let count = withUnsafeMutableBytes(of: &found) { bytes in
            var local = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
            var remote = iovec(iov_base: address, iov_len: bytes.count)
            return readMemory(process, &local, 1, &remote, 1, 0)
        }
        if count == MemoryLayout<UInt64>.size {
            return MemoryReading(failure: found == expected ? nil : "another process was read")
        }
        return MemoryReading(failure: String(cString: strerror(errno)))
    }
    #else
    static func attempt(on host: String) throws -> MemoryReading? { nil }
    #endif
}
