internal import MessageCoding

/// How the two ends of a new connection come to trust each other: what to send, what to wait for, and the verdict.
///
/// It does no input or output. Everything has a fixed length, so nothing is allocated because a stranger says so.
///
/// 1. Each end sends its greeting: magic number, version, role, whether it has a key, type of messages, size limit, nonce.
/// 2. The client sends its proof: a code under the key of its role and both greetings.
/// 3. The listener answers with its verdict, and if that is good with its own proof.
/// 4. The client answers with its verdict.
///
/// The client proves first, so that a stranger learns nothing that a key could be guessed by. Role and nonces
/// in the code make that a proof cannot be reflected or used again; the greetings in it, that nobody has changed them on
/// the way. Without a key on both sides only the first step is done.
struct Handshake {
    /// Which end it is.
    enum Role: UInt8 {
        case listener = 1
        case client = 2

        var other: Role { self == .listener ? .client : .listener }
    }

    /// What comes next, once the output has been sent.
    enum Progress: Equatable {
        /// That many more bytes are needed.
        case needs(Int)
        /// The ends trust each other; the other one takes messages up to that size.
        case agreed(peerMaximum: Int)
        /// They do not.
        case refused(Refusal)
    }

    /// Why a connection did not come about.
    enum Refusal: Error, Hashable {
        case notOurProtocol
        case otherVersion(UInt8)
        /// Both ends are listeners, or both clients.
        case sameRole
        case keyIsMissingHere
        case keyIsMissingThere
        /// The other end has proved nothing.
        case wrongKey
        /// The other end says that this one has proved nothing.
        case keyWasRefused
        case otherType(there: UInt64, here: UInt64)
    }

    static let version: UInt8 = 1
    private static let accepted: UInt8 = 0x06
    private static let rejected: UInt8 = 0x15

    private enum Step {
        case greeting, proof, verdict, verdictAndProof
    }

    private let role: Role
    private let key: AuthenticationKey?
    private let greeting: Greeting
    private var peer: Greeting?
    private var step = Step.greeting
    private var input: [UInt8] = []
    private var output: [UInt8]
    private(set) var progress = Progress.needs(Greeting.byteCount)

    /// A handshake at its beginning.
    ///
    /// The nonce is 32 bytes that have never been used before.
    init(
        role: Role,
        key: AuthenticationKey?,
        type: TypeFingerprint,
        maximumMessageSize: Int,
        nonce: [UInt8] = AuthenticationKey.randomBytes(count: Greeting.nonceSize)
    ) {
        self.role = role
        self.key = key
        greeting = Greeting(
            version: Self.version,
            role: role.rawValue,
            hasKey: key != nil,
            type: type.rawValue,
            maximumMessageSize: UInt64(max(0, maximumMessageSize)),
            nonce: nonce
        )
        output = greeting.bytes
    }

    /// Takes what is to be sent now.
    mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Takes bytes that have arrived: never more than `progress` asks for.
    mutating func receive(_ bytes: some Collection<UInt8>) {
        guard case .needs(let count) = progress else { return }
        input += bytes.prefix(count)
        // What is no greeting is found out at its first byte: it may never become longer.
        if step == .greeting, !Greeting.mayBegin(with: input) { return refuse(.notOurProtocol) }
        // Nor does a second part follow a verdict that is bad.
        if step == .verdictAndProof, input.first != Self.accepted { return takeVerdict() }
        let missing = count - bytes.count
        guard missing <= 0 else {
            progress = .needs(missing)
            return
        }
        let complete = input
        input = []
        switch step {
        case .greeting: take(Greeting(complete))
        case .proof: takeProof(complete)
        case .verdict:
            input = complete
            takeVerdict()
        case .verdictAndProof: takeProof(Array(complete.dropFirst()))
        }
    }

    private mutating func take(_ other: Greeting?) {
        guard let other else { return refuse(.notOurProtocol) }
        guard other.version == Self.version else { return refuse(.otherVersion(other.version)) }
        guard other.role == role.other.rawValue else { return refuse(.sameRole) }
        peer = other
        switch (key != nil, other.hasKey) {
        case (true, false): refuse(.keyIsMissingThere)
        case (false, true): refuse(.keyIsMissingHere)
        case (false, false): agree()
        case (true, true):
            if role == .client {
                output += proof(of: .client)
                expect(.verdictAndProof, 1 + MessageAuthentication.codeSize)
            } else {
                expect(.proof, MessageAuthentication.codeSize)
            }
        }
    }

    private mutating func takeProof(_ code: [UInt8]) {
        guard MessageAuthentication.areEqual(code, proof(of: role.other)) else {
            output.append(Self.rejected)
            return refuse(.wrongKey)
        }
        output.append(Self.accepted)
        if role == .client { return agree() }
        output += proof(of: .listener)
        expect(.verdict, 1)
    }

    private mutating func takeVerdict() {
        switch input.first {
        case Self.accepted: agree()
        case Self.rejected: refuse(.keyWasRefused)
        default: refuse(.notOurProtocol)
        }
    }

    private mutating func agree() {
        guard let peer else { return refuse(.notOurProtocol) }
        guard peer.type == greeting.type else {
            return refuse(.otherType(there: peer.type, here: greeting.type))
        }
        progress = .agreed(peerMaximum: Int(clamping: peer.maximumMessageSize))
    }

    private mutating func refuse(_ refusal: Refusal) { progress = .refused(refusal) }

    private mutating func expect(_ step: Step, _ count: Int) {
        self.step = step
        progress = .needs(count)
    }

    /// The code by which an end of that role proves that it knows the key.
    private func proof(of prover: Role) -> [UInt8] {
        guard let key, let peer else { return [] }
        var message = Array("swift-mpi connection".utf8)
        message.append(prover.rawValue)
        message += role == .listener ? greeting.bytes + peer.bytes : peer.bytes + greeting.bytes
        return MessageAuthentication.code(of: message, key: key.bytes)
    }
}

extension Handshake.Refusal {
    /// Whether the other end may be anybody, so that a listener does not trouble its program with it.
    var isFromStranger: Bool {
        switch self {
        case .notOurProtocol, .otherVersion, .sameRole: true
        default: false
        }
    }

    /// The refusal as an error; `place` says who the other end is.
    func error(with place: String) -> ProcessingError {
        switch self {
        case .notOurProtocol:
            ProcessingError(.transport, "what answers at \(place) is no `Listener` or `Client` of swift-mpi")
        case .otherVersion(let version):
            ProcessingError(
                .transport,
                "\(place) speaks version \(version) of the handshake, this program \(Handshake.version)"
            )
        case .sameRole:
            ProcessingError(
                .transport,
                "\(place) plays the same part as this end: both listen or both connect"
            )
        case .keyIsMissingHere:
            ProcessingError(.authentication, "\(place) asks for a key, and this end was given none")
        case .keyIsMissingThere:
            ProcessingError(.authentication, "\(place) was given no key, and this end asks for one")
        case .wrongKey: ProcessingError(.authentication, "\(place) does not know the key")
        case .keyWasRefused: ProcessingError(.authentication, "\(place) has another key than this end")
        case .otherType(let there, let here):
            ProcessingError(
                .coding,
                "\(place) exchanges messages of \(TypeFingerprint(rawValue: there)), this end of \(TypeFingerprint(rawValue: here))"
            )
        }
    }
}
