namespace Orleans.Groups.Protocol;

/// <summary>Why bytes were not decoded. A receiver counts and drops them; it never stops for them.</summary>
internal enum WireError
{
    /// <summary>They were decoded.</summary>
    None,

    /// <summary>They end too early.</summary>
    Truncated,

    /// <summary>
    /// They say something impossible: a name that is none, a count below 1, a reference to nothing, bytes behind the
    /// end.
    /// </summary>
    Malformed,

    /// <summary>
    /// Well formed as far as can be seen, but of a kind that only a later version knows. Not an error of the peer.
    /// </summary>
    UnknownKind,

    /// <summary>Of a version with another basic shape; nothing after the version can be understood.</summary>
    UnknownVersion,

    /// <summary>The checksum of a stored record does not match: it was damaged where it lay.</summary>
    WrongChecksum,
}
