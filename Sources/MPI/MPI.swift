package enum MPIAvailability { package static func forbid(_ reason: String) {}; package static var threadCount: Int { 0 }; package static func beforeFinalizing(_ f: @escaping @Sendable () -> Void) {}; package static var isLaunchedOnSeveralRanks: Bool { false } }
public final class Communicator: Sendable { public static let world = Communicator(); package func allGather<T: Codable>(_ t: T) throws -> [T] { [t] } }
package final class ByteTransport: Sendable { package init(duplicating: Communicator) throws {}; package var rank: Int { 0 }; package var size: Int { 1 }; package let communicator = Communicator()
 package func send(_ b: [UInt8], to: Int) throws -> ByteSend { .init() } ; package func poll() throws -> ByteArrival? { nil } }
package final class ByteSend { package func test() throws -> Bool { true } }
package final class ByteArrival { package var source: Int { 0 }; package func test() throws -> [UInt8]? { nil } }
