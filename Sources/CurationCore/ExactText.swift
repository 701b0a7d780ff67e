/// A text that equals only the very same bytes, as file names do.
///
/// Swift's strings are equal when they are canonically equivalent, so that two files whose names
/// differ in how an accent is coded would count as one.
package struct ExactText: Sendable, Hashable {
    /// The text.
    package let text: String

    /// Takes a text.
    package init(_ text: String) { self.text = text }

    /// Whether the UTF-8 of both is the same.
    package static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Feeds the UTF-8 to the hash.
    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
