/// The name of a picture file as an annotation file or a list gives it.
package struct ImageReference: Sendable, Equatable {
    /// The bytes of the name as they stand there, which may be anything.
    package let name: [UInt8]
    /// Where it stands: the number of the line or of the record, from 1.
    package let number: Int

    /// Describes a reference.
    package init(name: [UInt8], number: Int) {
        self.name = name
        self.number = number
    }
}
