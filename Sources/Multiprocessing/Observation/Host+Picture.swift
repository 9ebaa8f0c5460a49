internal import Glibc
internal import MessageCoding

/// Showing others what there is on this rank, and on all.
extension Host {
    /// Answers whoever wants to see this rank.
    func sendPicture(_ frame: Frame) {
        guard frame.kind == .request else { return }
        var outbox = Outbox(service: .host(ofRank: setup.rank))
        do {
            let body = try MessageEncoder().encode(picture())
            outbox.reply(to: Request(frame, now: now).waiter, body: body)
        } catch {
            outbox.reply(to: Request(frame, now: now).waiter, .failed, body: Array("\(error)".utf8))
        }
        finish(outbox)
    }

    private func picture() -> RankPicture {
        var picture = RankPicture(
            rank: setup.rank,
            rankCount: setup.size,
            host: setup.hostName,
            time: MonotonicClock.now,
            tally: observation.tally
        )
        picture.processes = [portrait("MainProcess", mainEndpoint.address, getpid(), isDaemon: false)]
        for serial in processes.keys.sorted().prefix(RankPicture.greatestCount) {
            guard let process = processes[serial] else { continue }
            var portrait = portrait(
                process.order.name,
                process.address,
                process.pid,
                isDaemon: process.order.isDaemon
            )
            portrait.sent = process.observed.fromProcess
            portrait.received = process.observed.toProcess
            picture.processes.append(portrait)
            let joiners = process.joiners.addresses.prefix(ServicePicture.greatestWaiterCount)
            picture.joiners += joiners.map {
                WaiterPicture(process: "\($0)", purpose: "join, process \(process.address)")
            }
        }
        picture.omittedProcesses = max(0, processes.count - RankPicture.greatestCount)
        let serials = services.keys.sorted()
        for serial in serials {
            guard let service = services[serial]?.service as? any Portrayable else { continue }
            guard picture.services.count < RankPicture.greatestCount else {
                picture.omittedServices += 1
                continue
            }
            var portrait = ServicePicture(number: serial)
            service.portray(&portrait)
            picture.services.append(portrait)
        }
        return picture
    }

    private func portrait(_ name: String, _ address: Address, _ pid: Int32, isDaemon: Bool) -> ProcessPicture
    {
        let usage = pid > 0 ? SystemUsage(of: pid) : nil
        return ProcessPicture(
            address: "\(address)",
            name: name,
            pid: pid,
            state: usage.map { String($0.state) } ?? "?",
            isDaemon: isDaemon,
            processorTime: usage?.processorTime ?? 0,
            memory: usage?.memory ?? 0
        )
    }

    // MARK: The door

    /// Somebody is at the door, or somebody who came in wants something.
    ///
    /// Returns whether the descriptor is one of the door's.
    func answerDoor(_ descriptor: Int32) -> Bool {
        guard let door = observation.door, door.hasDescriptor(descriptor) else { return false }
        if descriptor == door.descriptor {
            for visitor in door.admit() { poller.add(visitor) }
            return true
        }
        switch door.hear(descriptor) {
        case .nothing: break
        case .leaves:
            poller.remove(descriptor)
            door.dismiss(descriptor)
        case .wantsPicture(let number):
            door.say(ObserverProtocol.announcement(rankCount: roll.present.count), to: number)
            for rank in roll.present {
                var frame = Frame(
                    .request,
                    code: Operation.picture.rawValue,
                    from: .host(ofRank: setup.rank),
                    to: .host(ofRank: rank),
                    correlation: number
                )
                frame.seal()
                send(frame)
            }
        }
        return true
    }

    /// A Host has answered: this is for somebody who came in by the door.
    func passOnPicture(_ frame: Frame) {
        guard frame.code == Outcome.done.rawValue, frame.source.isHost else { return }
        observation.door?.say(ObserverProtocol.message(frame.body), to: frame.correlation)
    }
}
