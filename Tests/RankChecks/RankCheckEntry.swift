import CRankCheckEntry
import Dispatch
import Synchronization
import Testing

/// Runs the check that an order describes; the C entry calls it before `main`.
///
/// - Parameter description: The order.
/// - Returns: The exit status: 0 if nothing went wrong.
@c(rank_check_run)
public func runRankCheck(_ description: UnsafePointer<CChar>) -> CInt {
    guard let order = RankCheckOrder(String(cString: description)), let body = order.code.body else {
        RankIssueLog.add(RankIssue(place: "-", text: "the order for this rank cannot be read"))
        return 1
    }
    guard RankIssueLog.listen() else {
        RankIssueLog.add(
            RankIssue(
                place: order.place,
                text: "this version of Swift Testing does not report expectations that fail outside a test"
            )
        )
        return 1
    }
    RankCheck.currentArguments.withLock { $0 = order.arguments }
    switch body {
    case .synchronous(let body):
        do { try body() } catch { RankIssueLog.add(error, thrownAt: order.place) }
    case .asynchronous(let body):
        let end = DispatchSemaphore(value: 0)
        Task.detached {
            do { try await body() } catch { RankIssueLog.add(error, thrownAt: order.place) }
            end.signal()
        }
        end.wait()
    }
    return RankIssueLog.isEmpty ? 0 : 1
}
