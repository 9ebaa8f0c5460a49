internal import Glibc
internal import MessageCoding

/// What a Host itself is asked for.
extension Host {
    func handleHostFrame(_ frame: Frame) {
        if frame.kind == .reply { return passOnPicture(frame) }
        guard let operation = Operation(rawValue: frame.code), frame.kind == .request || frame.kind == .notice
        else {
            return
        }
        let isTrusted = frame.source.serial < Address.firstFreeSerial
        guard isTrusted || !operation.isForHostsAlone else { return reply(to: frame, .malformed) }
        switch operation {
        case .createService: createService(frame)
        case .createPool:
            createPool(frame)
        case .removeService:
            if removeService(UInt32(truncatingIfNeeded: frame.argument)) { reply(to: frame) }
        case .placeProcess: place(frame)
        case .startProcess: startProcess(frame)
        case .processStatus: reportStatus(frame)
        case .joinProcess: join(frame)
        case .cancel: cancelJoin(frame)
        case .signalProcess: signalProcess(frame)
        case .forgetEnd: forgetEnd(frame)
        case .jobProcessorCount: reply(to: frame, argument: UInt64(setup.jobProcessorCount))
        case .takeBack: takeBack(frame)
        case .processEnded: noteEnd(elsewhere: frame)
        case .output: printOutput(frame)
        case .picture: sendPicture(frame)
        case .takeRecord: takeRecord(frame)
        case .traceEvents: takeTrace(frame)
        case .pulse: break
        case .rankLost: noteLostRank(frame)
        case .lostRanks: reportLostRanks(frame)
        case .blockEnded, .drain, .drained, .stop, .stopped, .leave: handleScopeFrame(operation, frame)
        default: reply(to: frame, .malformed)
        }
    }

    private func createService(_ frame: Frame) {
        do {
            let order = try frame.withBody { try MessageDecoder().decode(ServiceOrder.self, from: $0) }
            let serial = takeSerial()
            services[serial] = ServicePlace(
                order.makeService(for: frame.source, lendingAt: loanDesk, lanes),
                tenure: frame.argument == 1 ? ServiceTenure(maker: frame.source) : nil
            )
            if let leftover = order.leftover { remember(leftover, of: serial) }
            reply(to: frame, argument: UInt64(serial))
        } catch {
            reply(to: frame, .malformed)
        }
    }

    private func createPool(_ frame: Frame) {
        let serial = takeSerial()
        var outbox = Outbox(service: address(ofService: serial))
        do {
            var pool = try PoolService(creation: frame, address: address(ofService: serial), placement)
            pool.begin(&outbox)
            services[serial] = ServicePlace(pool)
            reply(to: frame, argument: UInt64(serial) | UInt64(pool.workerCount) << 32)
            finish(outbox)
        } catch let error as ProcessingError {
            reply(to: frame, Outcome(error), text: error.message)
        } catch {
            reply(to: frame, .malformed)
        }
    }

    private func reportStatus(_ frame: Frame) {
        let serial = UInt32(truncatingIfNeeded: frame.argument)
        if let status = pastEnds[frame.source]?[serial] {
            reply(to: frame, argument: UInt64(bitPattern: Int64(status.exitCode)))
        } else if processes[serial] != nil || serial == mainEndpoint.address.serial {
            reply(to: frame, .timedOut)
        } else {
            // Only the one that started it asks how it ended, and has been told before.
            let hasBeen = Address.firstFreeSerial..<nextSerial ~= serial && services[serial] == nil
            reply(to: frame, hasBeen ? .done : .notFound)
        }
    }

    private func forgetEnd(_ frame: Frame) {
        let serial = UInt32(truncatingIfNeeded: frame.argument)
        pastEnds[frame.source]?[serial] = nil
        if pastEnds[frame.source]?.isEmpty == true { pastEnds[frame.source] = nil }
    }

    private func join(_ frame: Frame) {
        let serial = UInt32(truncatingIfNeeded: frame.argument)
        guard frame.timeout != .zero else { return reportStatus(frame) }
        let waiter = Request(frame, now: now).waiter
        if serial == mainEndpoint.address.serial {
            mainJoiners.append(waiter)
            return arm(serial, at: waiter.deadline)
        }
        guard let process = processes[serial] else { return reportStatus(frame) }
        process.joiners.append(waiter)
        arm(process.address.serial, at: waiter.deadline)
    }

    /// Somebody no longer wants to wait for the end of a process.
    private func cancelJoin(_ frame: Frame) {
        if let waiter = mainJoiners.pop(frame.argument, of: frame.source) {
            var outbox = Outbox(service: .host(ofRank: setup.rank))
            outbox.reply(to: waiter, .timedOut)
            return finish(outbox)
        }
        for process in processes.values {
            guard let waiter = process.joiners.pop(frame.argument, of: frame.source) else { continue }
            var outbox = Outbox(service: .host(ofRank: setup.rank))
            outbox.reply(to: waiter, .timedOut)
            return finish(outbox)
        }
    }

    private func signalProcess(_ frame: Frame) {
        let serial = UInt32(truncatingIfNeeded: frame.argument & 0xffff_ffff)
        guard processes[serial] != nil else { return }
        // If the server is gone, so is the process.
        try? server.signal(serial, Int32(truncatingIfNeeded: frame.argument >> 32))
    }
}
