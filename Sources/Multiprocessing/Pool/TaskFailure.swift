internal import ClosureCoding
internal import MessageCoding

/// An error on its way back: as it is if it is `Codable`, else in words.
struct TaskFailure: Codable {
    let error: any Error

    init(_ error: any Error) { self.error = error }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let words = try container.decode(RemoteError.self)
        guard try container.decode(Bool.self) else {
            error = words
            return
        }
        // If it cannot be made again here, the words are still there.
        if let type = try? container.decode(TypeReference.self).resolve() as? any (Error & Decodable).Type {
            error = (try? container.decode(type)) ?? words
        } else {
            error = words
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(
            RemoteError(
                typeName: String(reflecting: type(of: error)),
                message: "\(error)",
                process: Process.current.description
            )
        )
        guard let codable = error as? any Error & Codable, let type = try? TypeReference(type(of: codable)),
            (try? MessageEncoder().encode(codable)) != nil
        else { return try container.encode(false) }
        try container.encode(true)
        try container.encode(type)
        try container.encode(codable)
    }
}
