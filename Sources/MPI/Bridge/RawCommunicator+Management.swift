internal import CMPI

extension RawCommunicator {
    func rank() throws(MPIError) -> Int32 {
        var rank: Int32 = 0
        try call("MPI_Comm_rank") { MPI_Comm_rank(handle, &rank) }
        return rank
    }

    func size() throws(MPIError) -> Int32 {
        var size: Int32 = 0
        try call("MPI_Comm_size") { MPI_Comm_size(handle, &size) }
        return size
    }

    /// The size of the other group of an intercommunicator; `nil` if it is none.
    func remoteSize() throws(MPIError) -> Int32? {
        var isBetweenGroups: Int32 = 0
        try call("MPI_Comm_test_inter") { MPI_Comm_test_inter(handle, &isBetweenGroups) }
        guard isBetweenGroups != 0 else { return nil }
        var size: Int32 = 0
        try call("MPI_Comm_remote_size") { MPI_Comm_remote_size(handle, &size) }
        return size
    }

    func returnErrors() throws(MPIError) {
        try call("MPI_Comm_set_errhandler") { MPI_Comm_set_errhandler(handle, cmpi_errors_return()) }
    }

    func duplicate() throws(MPIError) -> RawCommunicator {
        var made = cmpi_comm_null()
        try callCollective("MPI_Comm_dup") { MPI_Comm_dup(handle, &made) }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    /// A rank whose color is `nil` wants to be in no new communicator.
    func split(color: Int32?, key: Int32) throws(MPIError) -> RawCommunicator? {
        var made = cmpi_comm_null()
        try callCollective("MPI_Comm_split") { MPI_Comm_split(handle, color ?? cmpi_undefined(), key, &made) }
        return try checked(RawCommunicator(made))
    }

    func splitByNode(key: Int32) throws(MPIError) -> RawCommunicator? {
        var made = cmpi_comm_null()
        try callCollective("MPI_Comm_split_type") {
            MPI_Comm_split_type(handle, cmpi_comm_type_shared(), key, cmpi_info_null(), &made)
        }
        return try checked(RawCommunicator(made))
    }

    func checked(_ communicator: RawCommunicator) throws(MPIError) -> RawCommunicator? {
        if communicator == .null { return nil }
        try communicator.returnErrors()
        return communicator
    }

    func free() throws(MPIError) {
        var gone = handle
        try callCollective("MPI_Comm_free") { MPI_Comm_free(&gone) }
    }

    func name() throws(MPIError) -> String {
        var text = [CChar](repeating: 0, count: Int(cmpi_max_object_name()) + 1)
        var length: Int32 = 0
        try call("MPI_Comm_get_name") { MPI_Comm_get_name(handle, &text, &length) }
        return Runtime.string(text, length)
    }

    func rename(to name: String) throws(MPIError) {
        try CText.expectWhole(name, "MPI_Comm_set_name")
        // The library cuts what is too long at a byte, which need not be the end of a character.
        var fitting = name
        while fitting.utf8.count >= Int(cmpi_max_object_name()) { fitting.removeLast() }
        try call("MPI_Comm_set_name") { MPI_Comm_set_name(handle, fitting) }
    }
}
