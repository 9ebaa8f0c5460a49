extension Communicator {
    /// Waits until every rank has called it.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Barrier` (MPI 3.1 §5.3)
    public func barrier() throws(MPIError) {
        try raw.barrier()
    }
}
