/// A place in the program that is the same in every process that runs it.
struct ImageLocation: Hashable, Sendable {
    /// The library's name; empty for the main executable.
    let image: String
    /// The build of that image.
    let identity: UInt64
    /// The distance from where the image is loaded.
    let offset: UInt64

    /// The location of an address, or `nil` if it is in no image.
    init?(_ address: UInt) {
        guard let image = LoadedImages.containing(address) else { return nil }
        self.image = image.name
        identity = image.identity
        offset = UInt64(address - image.loadBias)
    }

    init(image: String, identity: UInt64, offset: UInt64) {
        self.image = image
        self.identity = identity
        self.offset = offset
    }

    /// The image here, provided that it is the same build.
    static func loadedImage(_ name: String, identity: UInt64) throws(ClosureCodingError) -> LoadedImage {
        guard let image = LoadedImages.named(name) else { throw .differentProgram(name, identity, nil) }
        guard image.identity == identity else { throw .differentProgram(name, identity, image.identity) }
        return image
    }

    /// The address here and the image that it is in.
    func resolve() throws(ClosureCodingError) -> (image: LoadedImage, address: UInt) {
        let image = try Self.loadedImage(self.image, identity: identity)
        let address = image.loadBias &+ UInt(truncatingIfNeeded: offset)
        guard image.contains(address) else { throw .invalidCode("an address lies outside of its image") }
        return (image, address)
    }
}

extension ImageLocation: Codable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        image = try container.decode(String.self)
        identity = try container.decode(UInt64.self)
        offset = try container.decode(UInt64.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(image)
        try container.encode(identity)
        try container.encode(offset)
    }
}
