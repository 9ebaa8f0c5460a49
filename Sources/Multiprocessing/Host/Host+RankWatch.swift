internal import MPI

/// What a Host does to find out that another rank is lost.
extension Host {
    /// Tells the others that this rank is there, unless one of them is not.
    func watchRanks() {
        guard var watch = rankWatch, watch.deadline <= now else { return }
        let lost = watch.look(at: now)
        rankWatch = watch
        if let lost { return lose(lost, after: watch.patience) }
        for rank in watch.peers { notify(.pulse, rank: rank) }
    }

    /// A rank is lost, and with it what it hosts and knows: nothing can go on, and nothing may hang.
    private func lose(_ lost: Int, after silence: Duration) {
        guard !isCutOff else { return }
        if setup.rank == 0 {
            for rank in 1..<setup.size where rank != lost {
                notify(.rankLost, rank: rank, argument: UInt64(lost))
            }
        }
        failForLoss(of: lost, "nothing has been heard of it for \(silence.components.seconds) s")
    }

    /// Rank 0 has found out that a rank is lost.
    func noteLostRank(_ frame: Frame) {
        failForLoss(of: Int(truncatingIfNeeded: frame.argument), "rank 0 has lost it")
    }

    private func failForLoss(of rank: Int, _ reason: String) {
        guard !isCutOff else { return }
        let place = setup.hostNames.indices.contains(rank) ? " on \(setup.hostNames[rank])" : ""
        // MPI would wait for it at the end.
        MPIAvailability.noteLostRank()
        failTransport(
            ProcessingError(
                .transport,
                "rank \(rank)\(place) is lost: \(reason) (\(RankWatch.variable) says how long to wait)"
            )
        )
    }
}
