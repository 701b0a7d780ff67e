/// A reviewer's time by a fixed tariff, so that ways of reviewing can be compared.
package struct ReviewingCost: Sendable, Equatable {
    /// Seconds for a picture that is decided alone.
    package static let aloneSeconds = 2.0
    /// Seconds for a screen, whatever is on it.
    package static let screenSeconds = 1.0
    /// Seconds for a picture on a screen.
    package static let thumbnailSeconds = 0.2
    /// Seconds for a picture that is picked out of a screen.
    package static let exceptionSeconds = 1.5

    /// Seconds counted so far.
    package private(set) var seconds = 0.0

    /// Nothing counted yet.
    package init() {}

    /// Counts one decision about `shown` pictures of which `excepted` were picked out.
    ///
    /// A screen of fewer than three pictures counts as pictures decided alone.
    package mutating func count(shown: Int, excepted: Int = 0) {
        let alone = shown < ScreenGain.fewest
        seconds +=
            alone
            ? Self.aloneSeconds * Double(shown)
            : Self.screenSeconds + Self.thumbnailSeconds * Double(shown)
        seconds += Self.exceptionSeconds * Double(excepted)
    }

    /// The time counted over that of labelling `pictures` one by one; nil for no pictures.
    package func share(of pictures: Int) -> Double? {
        pictures > 0 ? seconds / (Self.aloneSeconds * Double(pictures)) : nil
    }
}
