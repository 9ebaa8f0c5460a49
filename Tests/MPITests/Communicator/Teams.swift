import MPI
import Testing

/// Runs a body on the world, a duplicate, and the half of all ranks that this one is in.
func onEveryTeam(_ body: (Communicator) throws -> Void) throws {
    let world = Communicator.world
    let half = try #require(try world.split(color: world.rank % 2))
    let duplicate = try world.duplicate()
    for team in [world, duplicate, half] { try body(team) }
    try half.free()
    try duplicate.free()
}

/// Runs a body that waits on the world, a duplicate, and the half of all ranks that this one is in.
func awaitOnEveryTeam(_ body: (Communicator) async throws -> Void) async throws {
    let world = Communicator.world
    let half = try #require(try world.split(color: world.rank % 2))
    let duplicate = try world.duplicate()
    for team in [world, duplicate, half] { try await body(team) }
    try half.free()
    try duplicate.free()
}
