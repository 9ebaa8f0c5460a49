print("swift-mpi")
