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

extension ImageReferences {
    /// A line or a record that names no picture as it should.
    package struct Fault: Sendable, Equatable {
        /// The number of the line or of the record, from 1.
        package let number: Int
        /// What is wrong with it.
        package let reason: String
    }

    /// What a file names, with what is wrong in it; the rest of it is read all the same.
    package struct Found: Sendable, Equatable {
        /// The names in their order.
        package var references: [ImageReference] = []
        /// The lines or records that name none, in their order.
        package var faults: [Fault] = []
    }
}
