internal import CMPI
internal import Synchronization

/// What a library with user-level failure mitigation (ULFM) has.
///
/// MPICH has functions of these names that end the program, so there they are taken for missing.
private enum Mitigation {
    typealias OnCommunicator = @convention(c) (CommunicatorHandle) -> Int32
    typealias ToFlag = @convention(c) (CommunicatorHandle, UnsafeMutablePointer<Int32>) -> Int32
    typealias ToCommunicator =
        @convention(c) (
            CommunicatorHandle, UnsafeMutablePointer<CommunicatorHandle>
        ) -> Int32
    typealias ToGroup = @convention(c) (CommunicatorHandle, UnsafeMutablePointer<GroupHandle>) -> Int32
    typealias Acknowledging =
        @convention(c) (
            CommunicatorHandle, Int32, UnsafeMutablePointer<Int32>
        ) -> Int32
    typealias ToRequest =
        @convention(c) (
            CommunicatorHandle, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<RequestHandle>
        ) -> Int32

    static let remedy = "Open MPI 5 has it, when the job is started with mpirun --with-ft ulfm"

    static let revoke = find("MPIX_Comm_revoke", OnCommunicator.self)
    static let isRevoked = find("MPIX_Comm_is_revoked", ToFlag.self)
    static let shrink = find("MPIX_Comm_shrink", ToCommunicator.self)
    static let agree = find("MPIX_Comm_agree", ToFlag.self)
    static let immediateAgree = find("MPIX_Comm_iagree", ToRequest.self)
    static let failed = find("MPIX_Comm_get_failed", ToGroup.self)
    static let acknowledge = find("MPIX_Comm_ack_failed", Acknowledging.self)

    private static func find<Signature>(_ name: StaticString, _ signature: Signature.Type)
        -> OptionalFunction<Signature>
    {
        #if MPI_INTEGER_HANDLES
        OptionalFunction(missing: name, as: signature, remedy: remedy)
        #else
        OptionalFunction(name, as: signature, remedy: remedy)
        #endif
    }
}

extension RawCommunicator {
    func revoke() throws(MPIError) {
        let function = try Mitigation.revoke.function
        try call("MPIX_Comm_revoke") { function(handle) }
    }

    func isRevoked() throws(MPIError) -> Bool {
        let function = try Mitigation.isRevoked.function
        var flag: Int32 = 0
        try call("MPIX_Comm_is_revoked") { function(handle, &flag) }
        return flag != 0
    }

    func shrink() throws(MPIError) -> RawCommunicator {
        let function = try Mitigation.shrink.function
        Runtime.hasLostRank.store(true, ordering: .relaxed)
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPIX_Comm_shrink") { function(handle, &made) }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    /// The bits that all give, and what the library says about failures meanwhile.
    func agree(_ bits: Int32) throws(MPIError) -> (bits: Int32, failure: MPIError?) {
        let function = try Mitigation.agree.function
        var flag = bits
        do throws(MPIError) {
            try callCollective("MPIX_Comm_agree") { function(handle, &flag) }
            return (flag, nil)
        } catch {
            // The value is agreed on nevertheless.
            guard error.errorClass == .processFailed else { throw error }
            return (flag, error)
        }
    }

    func immediateAgree(_ flag: UnsafeMutablePointer<Int32>) throws(MPIError) -> RawRequest {
        let function = try Mitigation.immediateAgree.function
        var request: RequestHandle = cmpi_request_null()
        try call("MPIX_Comm_iagree") { function(handle, flag, &request) }
        return RawRequest(request)
    }

    /// The ranks of this communicator that are known to have failed.
    func failedRanks() throws(MPIError) -> [Int] {
        let function = try Mitigation.failed.function
        var failed: GroupHandle = cmpi_group_null()
        try call("MPIX_Comm_get_failed") { function(handle, &failed) }
        defer { _ = MPI_Group_free(&failed) }
        var all: GroupHandle = cmpi_group_null()
        try call("MPI_Comm_group") { MPI_Comm_group(handle, &all) }
        defer { _ = MPI_Group_free(&all) }
        var count: Int32 = 0
        try call("MPI_Group_size") { MPI_Group_size(failed, &count) }
        guard count > 0 else { return [] }
        let numbers = Array(0..<count)
        var ranks = [Int32](repeating: 0, count: Int(count))
        try call("MPI_Group_translate_ranks") {
            MPI_Group_translate_ranks(failed, count, numbers, all, &ranks)
        }
        return ranks.map { Int($0) }
    }

    /// How many failures are acknowledged in the end.
    func acknowledgeFailures(_ count: Int32) throws(MPIError) -> Int32 {
        let function = try Mitigation.acknowledge.function
        var acknowledged: Int32 = 0
        try call("MPIX_Comm_ack_failed") { function(handle, count, &acknowledged) }
        return acknowledged
    }
}
