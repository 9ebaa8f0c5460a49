import Foundation
public struct MessageEncoder: Sendable { public init() {} ; public var userInfo: [CodingUserInfoKey: any Sendable] = [:]
  public func encode<T: Encodable>(_ value: T) throws -> [UInt8] { let e = JSONEncoder(); e.userInfo = userInfo; return Array(try e.encode([value])) }
  public func encode<T: Encodable>(_ value: T, appendingTo bytes: inout [UInt8]) throws { bytes += try encode(value) } }
public struct MessageDecoder: Sendable { public init() {}
  public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T { try JSONDecoder().decode([T].self, from: Data(bytes))[0] }
  public func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeRawBufferPointer) throws -> T { try decode(type, from: Array(bytes)) } }
