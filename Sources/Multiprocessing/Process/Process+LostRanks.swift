internal import MessageCoding

extension Process {
    /// The ranks that are lost so far, in order; never any but where the launcher lets the others go on.
    ///
    /// ```swift
    /// for rank in 1..<Process.current.rankCount where try !Process.lostRanks.contains(rank) {
    ///     try Process(on: rank) { measure() }.start()
    /// }
    /// ```
    /// What they hosted has ended: processes with exit code -9, tasks of pools with ``WorkerLost``; queues, pools and the like that were made
    /// there throw an error of kind `rankLost`. Processes that name no rank are started on the others.
    ///
    /// - Throws: `ProcessingError` of kind `noScope` outside of `withProcesses`.
    ///
    /// There is no such thing in Python, whose processes all live on one machine.
    public static var lostRanks: [Int] {
        get throws {
            let purpose = "asking for lost ranks"
            let endpoint = try Endpoint.required(for: purpose)
            let reply = try endpoint.call(endpoint.makeFrame(.lostRanks, to: endpoint.host))
            try reply.checkOutcome(of: purpose)
            return try reply.withBody { try MessageDecoder().decode([Int].self, from: $0) }
        }
    }
}
