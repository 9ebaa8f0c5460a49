@testable import Multiprocessing

/// Processes of a test that are lent something, and the desk that knows of it.
final class Borrowers {
    let desk = LoanDesk()
    private var memories: [UInt32: ClaimMemory] = [:]

    init(_ processes: ClosedRange<UInt32>) {
        for process in processes {
            let memory = ClaimMemory()
            memories[process] = memory
            desk.admit(ServiceHarness<QueueService>.process(process), memory)
        }
    }

    func memory(_ process: UInt32) -> ClaimMemory { memories[process] ?? ClaimMemory() }

    /// What a process has been lent by an answer, to be taken one after the other.
    func loan(_ process: UInt32, slot: Int = 0, _ reply: Frame?) -> Loan {
        Loan(memory: memory(process), slot: slot, reply: reply)
    }

    /// What a process has been lent without having asked.
    func delivery(_ process: UInt32, _ frame: Frame?) -> Loan {
        guard let frame, frame.kind == .notice, frame.code == Multiprocessing.Operation.lend.rawValue else {
            return Loan(memory: memory(process), slot: 0, reply: nil)
        }
        let (generation, slot) = Lending.Delivery.parts(of: frame.argument)
        return Loan(memory: memory(process), slot: Int(slot), bringing: frame, generation)
    }

    /// An answer that brings an item and lends others.
    final class Loan {
        private let memory: ClaimMemory
        private let slot: Int
        private let mark: UInt64
        /// What was asked for.
        let first: [UInt8]?
        /// The bodies of what was lent.
        private(set) var lent: [[UInt8]] = []
        private var takenCount = 0

        init(memory: ClaimMemory, slot: Int, reply: Frame?) {
            (self.memory, self.slot, mark) = (memory, slot, reply?.argument ?? 0)
            guard let reply, mark > 0 else {
                first = reply?.body
                return
            }
            let items = reply.withBody { body in
                (ItemBatch.ranges(in: body) ?? []).map { Array(body[$0]) }
            }
            first = items.first
            lent = Array(items.dropFirst())
        }

        init(memory: ClaimMemory, slot: Int, bringing frame: Frame, _ generation: UInt16) {
            (self.memory, self.slot, mark) = (memory, slot, UInt64(generation) + 1)
            first = nil
            lent = frame.withBody { body in (ItemBatch.ranges(in: body) ?? []).map { Array(body[$0]) } }
        }

        /// Whether the process has to ask for more.
        var mustAsk: Bool { memory.claim(slot).mustAsk }

        /// Takes the next one, as the process does; `nil` when it was taken back.
        func take() -> [UInt8]? {
            guard takenCount < lent.count, memory.take(slot, of: UInt16(truncatingIfNeeded: mark &- 1)) else {
                return nil
            }
            defer { takenCount += 1 }
            return lent[takenCount]
        }
    }
}
