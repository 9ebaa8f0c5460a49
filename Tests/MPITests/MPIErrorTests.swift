import MPI
import RankChecks
import Testing

@Suite("MPIError")
struct MPIErrorTests {
    @Test("an error of the library has class, code, call and text, and equals another with the same")
    func libraryError() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            func attempt() -> MPIError? {
                // The largest tag that fits is refused by the library only where its own limit is lower, so a bad operation is used.
                #expect(throws: MPIError.self) {
                    try world.reduce([true].span, ReduceOperation<Bool>.logicalAnd, into: &Self.empty, to: 0)
                }
            }
            let error = attempt()
            #expect(error == attempt() && error.map { Set([$0, $0]).count } == 1)
            #expect(error?.errorClass == .count && error?.call == "MPI_Reduce")
            #expect(error?.description.hasPrefix("MPI_Reduce: ") == true)
        }
    }

    nonisolated(unsafe) private static var empty: [Bool] = []

    @Test("classes have the numbers of the library, and those of this library are apart from them")
    func classes() {
        #expect(ErrorClass.truncation.rawValue > 0 && ErrorClass.rank != ErrorClass.tag)
        let own: [ErrorClass] = [.mismatch, .timedOut, .remoteFailure, .notRunning, .wrongThread]
        #expect(own.allSatisfy { $0.rawValue < 0 } && Set(own).count == own.count)
    }
}
