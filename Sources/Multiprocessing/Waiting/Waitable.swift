/// What `wait(any:timeout:)` can wait for: a connection, a queue, a process or its sentinel, an event, the result of work.
public protocol Waitable: AnyObject {
    /// How it is found out whether it is ready.
    var readiness: Readiness { get throws }
}

/// How it is found out whether something is ready that is waited for; only the library makes one.
public struct Readiness {
    enum Way {
        /// It is ready, and stays so.
        case known
        /// It is asked of somebody who answers when it is ready, when the time is up, or when the request is cancelled.
        case asking(Endpoint, Frame, isReady: @Sendable (Frame) throws -> Bool)
        /// It is something that ends in this process.
        case watching(Endpoint, any Completion)
    }

    let way: Way
}

/// It is ready when `receive` would return, or report the end of the stream, without waiting.
extension Connection: Waitable {
    /// How it is found out whether there is something to receive.
    public var readiness: Readiness {
        get throws {
            let (endpoint, frame) = try pollFrame(nil)
            return Readiness(way: .asking(endpoint, frame) { try self.canReceive($0) })
        }
    }
}

/// It is ready when `get` would return, or report that the queue is closed, without waiting.
extension Queue: Waitable {
    /// How it is found out whether there is something to get.
    public var readiness: Readiness {
        get throws {
            let (endpoint, frame) = try makeFrame(.queuePoll)
            return Readiness(
                way: .asking(endpoint, frame) { reply in
                    switch Outcome(rawValue: reply.code) {
                    case .timedOut: return false
                    // Who asks a queue that is gone for an item is told so at once.
                    case .notFound: return true
                    default:
                        try reply.checkOutcome(of: "asking a queue")
                        return reply.argument == 1
                    }
                }
            )
        }
    }
}

/// It is ready when `get` would return, or report that the queue is closed, without waiting.
extension SimpleQueue: Waitable {
    /// How it is found out whether there is something to get.
    public var readiness: Readiness { get throws { try queue.readiness } }
}

/// It is ready when it has ended.
extension Process: Waitable {
    /// How it is found out whether the process has ended.
    public var readiness: Readiness {
        get throws {
            guard let (endpoint, frame) = try beginJoin(nil) else { return Readiness(way: .known) }
            return Readiness(
                way: .asking(endpoint, frame) { reply in
                    if reply.code == Outcome.timedOut.rawValue { return false }
                    try reply.checkOutcome(of: "waiting for a process")
                    return true
                }
            )
        }
    }
}

/// It is ready when its process has ended.
extension ProcessSentinel: Waitable {
    /// How it is found out whether the process has ended.
    public var readiness: Readiness {
        get throws {
            let (endpoint, frame) = try waitFrame(nil)
            return Readiness(way: .asking(endpoint, frame) { try self.hasEnded($0) })
        }
    }
}

/// It is ready when it is set.
extension Event: Waitable {
    /// How it is found out whether it is set.
    public var readiness: Readiness {
        get throws {
            let (endpoint, frame) = try waitFrame(nil)
            return Readiness(way: .asking(endpoint, frame) { try self.wasSet($0) })
        }
    }
}

/// It is ready when the result, or the error instead of it, is there.
extension AsyncResult: Waitable {
    /// How it is found out whether the result is there.
    public var readiness: Readiness { job.readiness }
}

/// It is ready when the call has ended, one way or the other.
extension Future: Waitable {
    /// How it is found out whether the call has ended.
    public var readiness: Readiness { job.readiness }
}
