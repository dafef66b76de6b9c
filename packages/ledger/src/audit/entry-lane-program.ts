// What a thread of entry-lanes.ts runs where it has a file of its own.
import { serveLane } from './entry-lane.ts'

serveLane()
