internal import CProcessSupport
internal import Glibc
internal import Logging

/// Frames between a Host and its processes, and what these write.
extension Host {
    func readDescriptor(_ descriptor: Int32, of process: HostedProcess) {
        if descriptor == process.socket {
            takeWakeUp(of: process)
        } else {
            readOutput(descriptor, of: process)
        }
    }

    /// A process has something to say, or has taken something from a ring that was full; or it has ended.
    private func takeWakeUp(of process: HostedProcess) {
        var bytes = (UInt64(0), UInt64(0))
        let count = recv(process.socket, &bytes, MemoryLayout.size(ofValue: bytes), Int32(MSG_DONTWAIT))
        // Its end, with what it came to, is reported by the server.
        if count == 0 { poller.remove(process.socket) }
        watch(process)
    }

    /// Looks for what the process says from now on, until nothing has happened for a while.
    private func watch(_ process: HostedProcess) {
        guard !process.isWatched else { return }
        process.isWatched = true
        process.reader.withdrawAsking()
        watched.append(process)
    }

    /// Takes in what the watched processes have sent, and gives them what there is room for now.
    ///
    /// Returns whether there was anything.
    func takeFromLinks() -> Bool {
        var isActive = false
        // What is taken in may have further processes watched, or links closed.
        var index = 0
        while index < watched.count {
            let process = watched[index]
            index += 1
            guard process.isLinkOpen else { continue }
            if process.reader.hasInput {
                isActive = true
                readLink(of: process)
            }
            if !process.writer.isEmpty, process.writer.write() {
                isActive = true
                wakeIfAsleep(process)
            }
        }
        return isActive
    }

    /// Has the watched processes wake the Host when they have something to say, as the Host is going to sleep.
    ///
    /// Returns false when one of them has said something meanwhile.
    func stopWatching() -> Bool {
        for process in watched where process.isLinkOpen {
            process.reader.askForInput()
            if !process.writer.isEmpty { process.writer.askForRoom() }
        }
        for process in watched where process.isLinkOpen {
            guard !process.reader.hasInput, process.writer.isEmpty || !process.writer.write() else {
                for process in watched where process.isLinkOpen {
                    process.reader.withdrawAsking()
                    wakeIfAsleep(process)
                }
                return false
            }
        }
        for process in watched { process.isWatched = false }
        watched.removeAll(keepingCapacity: true)
        return true
    }

    /// How often the links of a process that has ended are read: much more than they hold.
    ///
    /// They may be in the hands of a program that it has started, which writes on without pause.
    static let lastRounds = 32

    /// Takes in the frames that a process has sent.
    func readLink(of process: HostedProcess, untilEmpty: Bool = false) {
        // A process that sends without pause must not keep the Host from everything else, unless it has ended.
        var rounds = 0
        while process.isLinkOpen, process.reader.hasInput, rounds < (untilEmpty ? Host.lastRounds : 16) {
            rounds += 1
            do {
                try process.reader.look()
                // What it has printed before it sent this goes first; a pipe holds no more than is read at once.
                for output in process.outputs { readOutput(output.descriptor, of: process, rounds: 1) }
                while let frame = try process.reader.nextGathering() {
                    take(consume frame, from: process)
                    guard process.isLinkOpen else { return }
                }
                if process.reader.mustWakeWriter() { wake(process) }
            } catch {
                return closeMalformedLink(of: process, "\(error)")
            }
        }
    }

    /// Sends a frame to a process, which may well answer.
    func send(_ frame: consuming Frame, to process: HostedProcess) {
        holdBackIfUnshown(process)
        process.observed.toProcess.add(frame.bytes.count)
        process.writer.append(consume frame)
        wakeIfAsleep(process)
        watch(process)
    }

    private func wakeIfAsleep(_ process: HostedProcess) {
        if process.writer.mustWakeReader() { wake(process) }
    }

    private func wake(_ process: HostedProcess) {
        var byte: UInt8 = 0
        // If it cannot be told, it has been told often enough, or has ended.
        Glibc.send(process.socket, &byte, 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    private func take(_ frame: consuming Frame, from process: HostedProcess) {
        process.hasSpoken = true
        guard frame.source == process.address else {
            return closeMalformedLink(of: process, "a frame in the name of \(frame.source)")
        }
        process.touchedRanks.insert(frame.destination.rank)
        process.observed.fromProcess.add(frame.bytes.count)
        route(consume frame)
    }

    private func closeMalformedLink(of process: HostedProcess, _ reason: String) {
        logger.error(
            "a process does not keep to the protocol and is ended",
            metadata: ["process": "\(process.order.name)", "reason": "\(reason)"]
        )
        closeLink(of: process)
        try? server.signal(process.address.serial, SIGKILL)
    }

    func closeLink(of process: HostedProcess) {
        guard process.isLinkOpen else { return }
        poller.remove(process.socket)
        processOfDescriptor[process.socket] = nil
        watched.removeAll { $0 === process }
        for frame in process.closeLink() { refuse(frame) }
    }

    func readOutput(_ descriptor: Int32, of process: HostedProcess, rounds limit: Int = 16) {
        guard let index = process.outputs.firstIndex(where: { $0.descriptor == descriptor }) else { return }
        // A process that writes without pause must not keep the Host from everything else; what is left calls again.
        var rounds = 0
        unshown.willRead(process.memory.outputInHand)
        defer { unshown.hasRead(process.address, process.memory.outputInHand) }
        while true {
            let (lines, progress) = process.outputs[index].read()
            sendOutput(lines, process.outputs[index].stream, of: process)
            rounds += 1
            switch progress {
            case .ended: return closeOutput(descriptor, of: process)
            case .wouldBlock: return
            case .advanced: guard rounds < limit else { return }
            }
        }
    }

    func sendOutput(_ lines: [UInt8], _ stream: Int32, of process: HostedProcess) {
        guard !lines.isEmpty else { return }
        if process.order.mainRank == setup.rank {
            unshown.hold(process.address, process.memory.outputInHand)
        }
        notify(.output, rank: process.order.mainRank, argument: UInt64(stream), body: lines)
    }

    func closeOutput(_ descriptor: Int32, of process: HostedProcess) {
        poller.remove(descriptor)
        processOfDescriptor[descriptor] = nil
        process.outputs.removeAll { $0.descriptor == descriptor }
        close(descriptor)
    }
}
