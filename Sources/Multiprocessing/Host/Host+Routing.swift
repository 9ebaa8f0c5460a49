internal import DequeModule

/// How frames get to their places on this rank, or to other ranks.
extension Host {
    /// Brings a frame to its place, and then everything that this gives rise to, in order.
    func route(_ frame: consuming Frame) {
        forward(consume frame)
        guard !isRouting else { return }
        isRouting = true
        while let next = local.popFirst() { handle(consume next) }
        isRouting = false
    }

    private func forward(_ frame: consuming Frame) {
        let rank = Int(frame.destination.rank)
        if rank == setup.rank {
            local.append(consume frame)
        } else if let loss = roll.loss(of: rank) {
            answerForLost(loss, frame)
        } else if (0..<setup.size).contains(rank) {
            observation.tally.noteSent(frame.bytes.count, toRank: rank)
            if frame.destination.isHost { remote.noteSending(frame) }
            do {
                try transport.send(frame, toRank: rank)
            } catch {
                failTransport(error)
            }
        } else {
            refuse(frame)
        }
    }

    private func handle(_ frame: consuming Frame) {
        let serial = frame.destination.serial
        if serial == 0 {
            handleHostFrame(frame)
        } else if isOutputBehind, printsHere(serial) {
            held.append(frame)
        } else if serial == Address.main(ofRank: 0).serial {
            deliveryCount &+= 1
            mainEndpoint.deliver(frame)
        } else if let place = services[serial] {
            handle(consume frame, by: place, serial)
        } else if let process = processes[serial], process.isLinkOpen {
            send(consume frame, to: process)
        } else {
            refuse(frame)
        }
    }

    /// Brings frames to their places that had to wait until what was printed before was printed.
    func releaseHeld() {
        let frames = held
        held = []
        for frame in frames { route(frame) }
    }

    /// Whether the main program, or a process, of that number prints to where this Host does.
    private func printsHere(_ serial: UInt32) -> Bool {
        serial == mainEndpoint.address.serial || processes[serial]?.outputs.isEmpty == true
    }

    private func handle(_ frame: consuming Frame, by place: ServicePlace, _ serial: UInt32) {
        var outbox = Outbox(service: address(ofService: serial))
        var deadline: ContinuousClock.Instant?
        if frame.kind == .undeliverable {
            place.service.takeBack(frame, &outbox)
            deadline = place.service.nextDeadline
        } else if let operation = Operation(rawValue: frame.code) {
            if operation.isAboutTenure { return seeToTenure(operation, frame, of: place, serial) }
            if operation == .cancel {
                place.service.cancel(frame.argument, of: frame.source, &outbox)
                deadline = place.service.nextDeadline
            } else {
                observation.tally.note(operation, frame)
                var request = Request(consume frame, now: now)
                deadline = place.service.deadline(afterHandling: operation, &request, &outbox)
            }
        }
        arm(serial, at: deadline)
        finish(outbox)
    }

    /// Does what a service wants done.
    func finish(_ outbox: Outbox) {
        for frame in outbox.frames { send(frame) }
        for order in outbox.starts { place(order) }
        for (process, signal) in outbox.signals {
            var frame = Frame(
                .notice,
                code: Operation.signalProcess.rawValue,
                from: outbox.service,
                to: .host(ofRank: Int(process.rank)),
                argument: UInt64(process.serial) | UInt64(signal) << 32
            )
            frame.seal()
            send(frame)
        }
        closePassages(outbox.closedPassages)
        if outbox.isFinished { removeService(outbox.service.serial) }
    }

    /// Sends a frame of this Host or one of its services.
    func send(_ frame: consuming Frame) {
        // A change would copy a frame whose memory a service shares.
        if frame.epoch != setup.epoch { frame.epoch = setup.epoch }
        route(consume frame)
    }

    /// Sends a notice to a Host.
    func notify(_ operation: Operation, rank: Int, argument: UInt64 = 0, body: [UInt8] = []) {
        var frame = Frame(
            .notice,
            code: operation.rawValue,
            from: .host(ofRank: setup.rank),
            to: .host(ofRank: rank),
            argument: argument,
            reserving: body.count
        )
        frame.bytes.append(contentsOf: body)
        frame.seal()
        send(frame)
    }

    /// Answers a request to this Host.
    func reply(to frame: Frame, _ outcome: Outcome = .done, argument: UInt64 = 0, text: String = "") {
        guard frame.kind == .request else { return }
        var outbox = Outbox(service: .host(ofRank: setup.rank))
        outbox.reply(
            to: Request(frame, now: now).waiter,
            outcome,
            argument: argument,
            body: Array(text.utf8)
        )
        finish(outbox)
    }

    /// Sends back what has no receiver here: a request is answered, and what a service gave away returns to it.
    func refuse(_ frame: Frame) {
        closePassages(PoolSubmission.passages(in: frame))
        switch frame.kind {
        case .request: reply(to: frame, .notFound)
        case .reply where frame.code == Outcome.done.rawValue && !frame.source.isHost:
            var returned = frame
            returned.kind = .undeliverable
            returned.source = frame.destination
            returned.destination = frame.source
            send(returned)
        default: break
        }
    }

    func address(ofService serial: UInt32) -> Address { Address(rank: Int32(setup.rank), serial: serial) }

    /// The next free number for a process or a service.
    func takeSerial() -> UInt32 {
        defer { nextSerial += 1 }
        return nextSerial
    }
}
