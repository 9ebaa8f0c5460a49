/// What a Host does to find out that another rank is silent.
extension Host {
    /// Tells the others that this rank is there, but not those that are lost.
    func watchRanks() {
        guard var watch = rankWatch, watch.deadline <= now else { return }
        let silent = watch.look(at: now)
        rankWatch = watch
        for rank in silent { suspects.append((rank, RankWatch.reason(setup.rankTimeout))) }
        reviewSuspects()
        guard !hasLeft else { return }
        for rank in rankWatch?.peers ?? [] { notify(.pulse, rank: rank) }
    }
}
