import { defineBackend } from "@aws-amplify/backend";
import { auth } from "./auth/resource";
import { data } from "./data/resource";

const backend = defineBackend({ auth, data });
backend.data.addHttpDataSource("Weather", "https://weather.example.com");
