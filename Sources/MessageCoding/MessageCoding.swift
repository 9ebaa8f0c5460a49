// The module MessageCoding.
