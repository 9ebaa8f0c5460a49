internal import Glibc
internal import MessageCoding

/// Counting what happens, and telling rank 0 of it.
extension Host {
    /// A process is given its work.
    func observeStart(of process: HostedProcess) {
        observation.tally.startedProcesses += 1
        if observation.settings.isOn { process.observed.start = MonotonicClock.now }
    }

    /// A process has ended, and everything that it had to say has been taken.
    func observeEnd(of process: HostedProcess, _ status: ExitStatus) {
        let observed = process.observed
        let waited = observed.record?.waited ?? 0
        observation.tally.noteEnd(status, peakMemory: observed.peakMemory, waited: waited)
        guard observation.isTracing else { return }
        let end = MonotonicClock.now
        var batch = emptyBatch(of: process)
        fill(&batch, from: observed.record, &process.observed.taken)
        let unfinished = observed.record?.unfinished(at: end) ?? []
        // What it was at may have been noted before the number in its memory went astray.
        batch.append(
            unfinished: unfinished.filter { $0.start >= observed.start },
            offset: observation.clockOffset
        )
        batch.life = TraceBatch.Life(
            start: observed.start.shifted(by: observation.clockOffset),
            end: end.shifted(by: observation.clockOffset),
            ending: "\(status)"
        )
        send(batch)
    }

    /// What a pool that is going away has done is not forgotten.
    func observeRemoval(of serial: UInt32) {
        guard let pool = services[serial]?.service as? PoolService else { return }
        observation.tally.add(pool.tally)
    }

    /// Half of a record's room is used up.
    func takeRecord(_ frame: Frame) {
        guard observation.isTracing else { return }
        if let process = processes[frame.source.serial], frame.source == process.address {
            var batch = emptyBatch(of: process)
            fill(&batch, from: process.observed.record, &process.observed.taken)
            send(batch)
        } else if frame.source == mainEndpoint.address {
            sendMainRecord(isLast: false)
        }
    }

    private func emptyBatch(of process: HostedProcess) -> TraceBatch {
        TraceBatch(
            source: process.address,
            name: process.order.name,
            pid: process.pid,
            host: setup.hostName
        )
    }

    private func fill(_ batch: inout TraceBatch, from record: RecordMemory?, _ taken: inout UInt64) {
        guard let found = record?.events(from: taken) else { return }
        taken = found.next
        batch.lostCount = found.lostCount
        batch.append(found.events, offset: observation.clockOffset)
    }

    private func sendMainRecord(isLast: Bool) {
        var batch = TraceBatch(
            source: mainEndpoint.address,
            name: "MainProcess",
            pid: getpid(),
            host: setup.hostName
        )
        fill(&batch, from: observation.mainRecord, &observation.mainTaken)
        if isLast {
            batch.life = TraceBatch.Life(
                start: observation.start.shifted(by: observation.clockOffset),
                end: MonotonicClock.now.shifted(by: observation.clockOffset),
                ending: "end of withProcesses"
            )
        }
        send(batch)
    }

    private func send(_ batch: TraceBatch) {
        // Without a way to rank 0, or back to this Host's own loop, it is lost like everything else.
        guard !isCutOff || setup.rank != 0 else { return take(batch) }
        if let body = try? MessageEncoder().encode(batch) { notify(.traceEvents, rank: 0, body: body) }
    }

    // MARK: Rank 0

    /// A Host has something for the trace.
    func takeTrace(_ frame: Frame) {
        guard let batch = try? frame.withBody({ try MessageDecoder().decode(TraceBatch.self, from: $0) })
        else { return }
        take(batch)
    }

    private func take(_ batch: TraceBatch) { observation.traceFile?.append(batch) }

    /// A Host has nothing left, and says what there was.
    func takeReport(_ frame: Frame) {
        guard observation.settings.hasSummary, frame.bodySize > 0,
            let report = try? frame.withBody({
                try MessageDecoder().decode(Summary.Report.self, from: $0)
            })
        else { return }
        observation.summary.note(report)
    }

    // MARK: The end

    /// Nothing is left on this rank: returns the body of the message that says so.
    func lastReport() -> [UInt8] {
        guard observation.settings.isOn, !observation.hasReported else { return [] }
        observation.hasReported = true
        if observation.isTracing { sendMainRecord(isLast: true) }
        guard observation.settings.hasSummary else { return [] }
        return (try? MessageEncoder().encode(report())) ?? []
    }

    private func report() -> Summary.Report {
        var tally = observation.tally
        for place in services.values {
            if let pool = place.service as? PoolService { tally.add(pool.tally) }
        }
        tally.waited &+= observation.mainRecord?.waited ?? 0
        for process in processes.values { tally.waited &+= process.observed.record?.waited ?? 0 }
        tally.peakMemory = max(tally.peakMemory, SystemUsage.ownPeakMemory)
        return Summary.Report(rank: setup.rank, host: setup.hostName, tally: tally)
    }

    /// The last thing that a Host does: rank 0 shows what it has learnt.
    func finishObservation() {
        observation.door = nil
        guard observation.settings.isOn else { return }
        Recorder.begin(nil)
        guard setup.rank == 0 else { return }
        // The ranks may have lost each other before the last reports.
        if !observation.hasReported { _ = lastReport() }
        var text = observation.traceFile?.finish().map { "swift-mpi: \($0)\n" } ?? ""
        if observation.settings.hasSummary {
            if observation.summary.reports[0] == nil { observation.summary.note(report()) }
            text += observation.summary.text(size: setup.size)
        }
        guard !text.isEmpty else { return }
        Array(text.utf8).withUnsafeBytes { errorPrinter.print($0) }
        errorPrinter.finish()
    }
}
