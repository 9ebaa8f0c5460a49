/// How long services live that have a tenure.
extension Host {
    /// Takes up a word about who can use a service.
    func seeToTenure(_ operation: Operation, _ frame: Frame, of place: ServicePlace, _ serial: UInt32) {
        guard let maker = place.tenure?.maker else { return reply(to: frame, .malformed) }
        // A process speaks for itself alone; a Host for those that have ended, and for pools.
        let isOwn = ReservationToken.isFrom(frame.source, frame.argument)
        switch operation {
        case .openPassage where isOwn: place.tenure?.open(frame.argument)
        case .closePassage where isOwn || frame.source.isHost: place.tenure?.close(frame.argument)
        case .keep: place.tenure?.keep()
        case .letGo where frame.source == maker: place.tenure?.letGo()
        default: return reply(to: frame, .malformed)
        }
        reply(to: frame)
        removeIfOver(serial, place)
    }

    func removeIfOver(_ serial: UInt32, _ place: ServicePlace) {
        if place.tenure?.isOver == true { removeService(serial) }
    }

    /// What services were held for is over.
    func closePassages(_ passages: [ServicePassage]) {
        for passage in passages {
            var frame = Frame(
                .notice,
                code: Operation.closePassage.rawValue,
                from: .host(ofRank: setup.rank),
                to: passage.service,
                argument: passage.token
            )
            frame.seal()
            send(frame)
        }
    }
}
