import RankChecks
import Testing

@testable import MPI

@Suite("WallClock")
struct WallClockTests {
    @Test("the clock goes forward, and its instants can be reckoned with")
    func clock() async throws {
        try await onRanks(1) { () async throws in
            _ = Communicator.world
            let clock = WallClock()
            let before = clock.now
            let slept = try await clock.measure { try await clock.sleep(for: .milliseconds(20)) }
            #expect(slept >= .milliseconds(19))
            #expect(clock.now > before && before.duration(to: clock.now) >= slept)
            #expect(before.advanced(by: .seconds(2)).seconds == before.seconds + 2)
            #expect(clock.minimumResolution > .zero && clock.minimumResolution < .milliseconds(1))
        }
    }

    @Test("the vendor's name and version are read from what the library says of itself")
    func vendor() {
        #expect(
            Vendor(libraryVersion: "Open MPI v4.1.4, package: Debian OpenMPI").description == "Open MPI 4.1.4"
        )
        #expect(Vendor(libraryVersion: "Open MPI v5.0.11").isOpenMPI(atLeast: 5))
        #expect(!Vendor(libraryVersion: "Open MPI v4.1.4").isOpenMPI(atLeast: 5))
        #expect(
            Vendor(libraryVersion: "MPICH Version:      4.0.2\nMPICH Release date: Thu").description
                == "MPICH 4.0.2"
        )
        #expect(Vendor(libraryVersion: "Intel(R) MPI Library 2021.9 for Linux").version == [2021, 9])
        #expect(Vendor(libraryVersion: "Something, else").description == "Something")
    }
}
