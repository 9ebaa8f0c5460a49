internal import Glibc

/// The end of `withProcesses`.
extension Host {
    func handleScopeFrame(_ operation: Operation, _ frame: Frame) {
        let rank = Int(frame.source.rank)
        switch operation {
        case .blockEnded:
            take(ending?.blockEnded(rank: rank, withError: frame.argument == 1))
        case .drain:
            drainRound = frame.argument
            checkWhetherDrained()
        case .drained:
            take(
                ending?.drained(
                    rank: rank,
                    round: frame.argument >> 48,
                    startCount: frame.argument & 0xffff_ffff_ffff
                )
            )
        case .stop: stop()
        case .stopped:
            takeReport(frame)
            take(ending?.stopped(rank: rank))
        case .leave: hasLeft = true
        default: break
        }
    }

    func take(_ step: ScopeEnding.Step?) {
        switch step {
        case .drain(let round): for rank in roll.present { notify(.drain, rank: rank, argument: round) }
        case .stop: for rank in roll.present { notify(.stop, rank: rank) }
        case .leave:
            // This Host leaves last of all: the others need nothing more from it.
            for rank in roll.present.reversed() { notify(.leave, rank: rank) }
        case nil: break
        }
    }

    /// Reports, if asked to, once no ordinary process is left on this rank.
    func checkWhetherDrained() {
        if isStopping { return checkWhetherStopped() }
        guard let round = drainRound else { return }
        guard !processes.values.contains(where: { !$0.order.isDaemon }) else { return }
        drainRound = nil
        notify(.drained, rank: 0, argument: round << 48 | startCount)
    }

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        dismissSpares()
        // Another rank's block may have failed: what this one's waits for will not come, and without its end nobody can leave.
        failMainProgram()
        for process in processes.values { try? server.signal(process.address.serial, SIGTERM) }
        // Time to clean up, for those that handle the signal.
        killDeadline = now.advanced(by: .seconds(1))
        checkWhetherStopped()
    }

    func killEverything() {
        for process in processes.values { try? server.signal(process.address.serial, SIGKILL) }
    }

    private func checkWhetherStopped() {
        guard isStopping, processes.isEmpty else { return }
        guard !hasReportedStop else { return }
        hasReportedStop = true
        notify(.stopped, rank: 0, body: lastReport())
    }
}
