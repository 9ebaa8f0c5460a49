/// Processes that were started in advance.
extension Host {
    /// A process of that kind that has no work yet: one that is ready, or a new one.
    func takeUnoccupied(_ kind: SpareSupply.Kind) throws -> UnoccupiedProcess {
        supply.noteStart(of: kind, at: now)
        // One that has been killed meanwhile is no longer ready.
        if !spares.isEmpty { takeServerReports() }
        if let first = spares.first, first.kind == kind { return spares.removeFirst() }
        // What is kept for others may be what there is no room for.
        dismissSpares()
        do {
            return try UnoccupiedProcess(
                takeSerial(),
                kind,
                from: server,
                recordSize: setup.observation.recordSize
            )
        } catch {
            supply.noteShortage(at: now)
            throw error
        }
    }

    /// How long after the end of a process the one that was told of it may want something first.
    private static let courtesy = Duration.microseconds(200)

    /// Has the number of spares adjusted when there is nothing else to do.
    func adjustSparesLater() { spareTime = now + Host.courtesy }

    /// A process has got its work: now is the time for the next spare, since nobody waits for anything but that work.
    func adjustSparesSoon() { if spares.count < supply.target { spareTime = now } }

    /// Adjusts the number of spares if its time has come; says whether it had.
    func adjustSparesIfDue() -> Bool {
        guard let spareTime, spareTime <= now else { return false }
        adjustSpares()
        return true
    }

    /// Orders as many as are to be kept, or lets those go that are not.
    func adjustSpares() {
        spareTime = nil
        supply.expire(at: now)
        guard !isStopping, !server.isGone, supply.target > 0, let kind = supply.kind else {
            return dismissSpares()
        }
        while spares.count < supply.target {
            do {
                spares.append(
                    try UnoccupiedProcess(
                        takeSerial(),
                        kind,
                        from: server,
                        recordSize: setup.observation.recordSize
                    )
                )
            } catch {
                supply.noteShortage(at: now)
                return dismissSpares()
            }
        }
    }

    /// Lets all of them end.
    func dismissSpares() {
        for spare in spares { spare.dismiss() }
        spares = []
    }

    /// The server says that one of them runs.
    func noteSpare(_ serial: UInt32, pid: Int32) {
        spares.first { $0.serial == serial }?.pid = pid
    }

    /// One of them has ended, or could not be started.
    func removeSpare(_ serial: UInt32, isShortage: Bool) {
        guard let index = spares.firstIndex(where: { $0.serial == serial }) else { return }
        spares.remove(at: index).dismiss()
        guard isShortage else { return }
        supply.noteShortage(at: now)
        dismissSpares()
    }
}
