internal import Synchronization

extension Process {
    /// Lets go of a process that has ended, or was never started.
    ///
    /// Afterwards `start`, `join` and `sentinel` fail with an error of kind `closed`, and nothing else is known of the
    /// process but its name and whether it was a daemon. Closing it again makes no difference.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` while the process runs: join it first, or terminate it.
    ///
    /// As `Process.close` in Python.
    public func close() throws {
        switch state.stage {
        case .closed: return
        case .initial, .ended: break
        case .starting: throw ProcessingError(.misuse, "'\(name)' is being started, so it cannot be closed")
        case .running: throw ProcessingError(.misuse, "a process cannot close itself")
        case .started:
            guard try exitCodeNow() != nil else {
                throw ProcessingError(
                    .misuse,
                    "'\(name)' still runs, so it cannot be closed: join it first, or terminate it"
                )
            }
        }
        state.fields.withLock { $0.stage = .closed }
    }

    /// What waits for the end of the process, in this process or in another one that it travels to.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` before the process was started, `closed` after it was closed.
    ///
    /// As `Process.sentinel` in Python, which is a descriptor there.
    public var sentinel: ProcessSentinel {
        get throws {
            if case .closed = state.stage { throw Process.closedError(name) }
            guard let address = state.address else {
                throw ProcessingError(.misuse, "'\(name)' was not started, so there is no end to wait for")
            }
            return state.fields.withLock { fields in
                let sentinel =
                    fields.sentinel
                    ?? ProcessSentinel(address: address, epoch: fields.epoch, name: fields.name)
                fields.sentinel = sentinel
                return sentinel
            }
        }
    }

    /// The process's number in its operating system, once it was started: the same as `pid`.
    ///
    /// As `Process.ident` in Python.
    public var ident: Int? { pid }

    static func closedError(_ name: String) -> ProcessingError {
        ProcessingError(.closed, "'\(name)' was closed: nothing more can be done with it")
    }
}
